import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Returns a request of Node's server as the request of a fetch handler. Its signal aborts when the client disconnects. */
export async function toRequest(incoming: IncomingMessage, outgoing: ServerResponse): Promise<Request> {
  const disconnected = new AbortController();
  outgoing.on('close', () => {
    disconnected.abort();
  });
  const body = Buffer.concat(await Readable.from(incoming).toArray());
  const { host = '127.0.0.1' } = incoming.headers;
  return new Request(`http://${host}${incoming.url ?? '/'}`, {
    method: incoming.method ?? 'GET',
    headers: Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]),
    signal: disconnected.signal,
    ...(body.length > 0 && { body }),
  });
}

/** Writes the response of a fetch handler. */
export async function writeResponse(outgoing: ServerResponse, response: Response): Promise<void> {
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.flushHeaders();
  if (response.body === null) outgoing.end();
  // A client that disconnects ends the response.
  else await pipeline(Readable.fromWeb(response.body), outgoing).catch(() => undefined);
}
