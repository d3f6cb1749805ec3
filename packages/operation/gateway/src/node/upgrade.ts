import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../errors/refusal.ts';
import { responsesFailure } from '../openai-chat/failure.ts';
import { urlOf } from './accepted-target.ts';

/** Whether a request asks for a WebSocket at the path of the Responses API. */
export const isSocketRequest = (incoming: IncomingMessage): boolean =>
  incoming.method === 'GET' &&
  incoming.headers.upgrade?.toLowerCase() === 'websocket' &&
  URL.parse(urlOf(incoming))?.pathname === '/v1/responses';

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
