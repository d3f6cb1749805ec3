import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../errors/refusal.ts';
import { responsesFailure } from '../openai-chat/failure.ts';

/** Whether a request asks for a WebSocket at the path of the Responses API. */
export const isSocketRequest = ({ method, url = '', headers }: IncomingMessage): boolean =>
  method === 'GET' &&
  headers.upgrade?.toLowerCase() === 'websocket' &&
  URL.parse(url, 'http://localhost')?.pathname === '/v1/responses';

/**
 * Refuses a WebSocket with 426, which states HTTP/1.1 as the protocol to use. With another status, clients such as Codex would retry
 * the WebSocket several times before they use HTTP.
 */
export function refuseSocket(outgoing: ServerResponse): void {
  const refusal = new Refusal('unsupported', 'the gateway serves no WebSockets; send POST /v1/responses');
  const headers = {
    'content-type': 'application/json',
    connection: 'upgrade, close',
    upgrade: 'HTTP/1.1',
  };
  outgoing.writeHead(426, headers).end(JSON.stringify(responsesFailure(refusal)));
}
