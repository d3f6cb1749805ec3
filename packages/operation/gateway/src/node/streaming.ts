import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export const isEventStream = ({ headers }: Response): boolean =>
  headers.get('content-type')?.startsWith('text/event-stream') === true;

/** Marks a response as chunked, because the adapter would delay its first chunk. HTTP/1.0 does not support chunks. */
export function chunked({ body, status, headers }: Response, { httpVersion }: IncomingMessage): Response {
  const all = new Headers(headers);
  if (httpVersion === '1.1') all.set('transfer-encoding', 'chunked');
  return new Response(body, { status, headers: all });
}

/** Idle limit in milliseconds for a gateway without `idleMs`. */
export const DEFAULT_IDLE_MS = 60_000;
/** Maximum timeout of a socket, in milliseconds. A socket rejects Infinity. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** Closes the connection if bytes are waiting to be sent and the client reads none of them for `idleMs` milliseconds. */
export function cutIdleClient(outgoing: ServerResponse, idleMs: number): void {
  const ms = Math.min(idleMs, MAX_TIMEOUT_MS);
  outgoing.setTimeout(ms, () => {
    if (outgoing.writableLength > 0) outgoing.destroy();
    else outgoing.setTimeout(ms);
  });
}

/** Closes the connection of a WebSocket if bytes are waiting to be sent and the client reads none of them for `idleMs` milliseconds. */
export function cutIdleSocket(connection: Socket, idleMs: number): void {
  connection.setTimeout(Math.min(idleMs, MAX_TIMEOUT_MS));
  connection.on('timeout', () => {
    if (connection.writableLength > 0) connection.destroy();
  });
}
