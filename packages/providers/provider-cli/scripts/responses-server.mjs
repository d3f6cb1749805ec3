// A vendor that the wire server has no wire for, on loopback: it answers every prompt with the same words.
import { Buffer } from 'node:buffer';
import { createServer } from 'node:http';

export const ANSWER = ['HELLO', ' from', ' the', ' wire'];

const frame = (event, data) =>
  `${event === undefined ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`;

/** OpenAI Responses: an item, its deltas, and the whole of it at the end. */
function responsesStream() {
  const text = ANSWER.join('');
  const item = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    status: 'completed',
    content: [{ type: 'output_text', text, annotations: [] }],
  };
  const usage = {
    input_tokens: 12,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: 4,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: 16,
  };
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'completed',
    output: [item],
    usage,
  };
  const events = [
    { type: 'response.created', response: { ...response, status: 'in_progress', output: [], usage: null } },
    {
      type: 'response.output_item.added',
      output_index: 0,
      item: { ...item, status: 'in_progress', content: [] },
    },
    ...ANSWER.map((delta) => ({
      type: 'response.output_text.delta',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta,
    })),
    { type: 'response.output_item.done', output_index: 0, item },
    { type: 'response.completed', response },
  ];
  return events.map((event, n) => frame(event.type, { ...event, sequence_number: n }));
}

/** A server for the Responses wire; `bodies` are what it was asked for an answer with. */
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
