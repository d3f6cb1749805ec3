// Server on loopback that answers every prompt with the same text, and does not check requests.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';
import { openaiResponses } from '@majordomo/conformance';

export const ANSWER = ['HELLO', ' from', ' the', ' wire'];

/** Returns the events of a streamed response of the Responses API. */
function responsesStream() {
  const parts = [{ type: 'text', text: ANSWER.join(''), chunks: ANSWER }];
  const frames = openaiResponses.stream({ parts }, { model: 'm', streamsUsage: false });
  return frames.map(({ bytes }) => bytes);
}

/** Starts a server for the Responses API. `bodies` are the bodies of the requests for an answer. */
export async function responsesServer() {
  const bodies = [];
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const frames = /\/responses/.test(request.url) ? responsesStream() : undefined;
      if (frames === undefined) {
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"models":[],"data":[]}');
        return;
      }
      bodies.push(Buffer.concat(chunks).toString('utf8'));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const piece of frames) response.write(piece);
      response.end();
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    bodies,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
