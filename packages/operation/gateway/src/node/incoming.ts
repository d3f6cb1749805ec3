import type { IncomingMessage, ServerResponse } from 'node:http';
import { Refusal } from '../errors/refusal.ts';
import { responsesFailure } from '../openai-chat/failure.ts';

/** Pattern of a `host` header. A host with a path or a user would change the URL of the request. */
const HOST = /^[\w.\-:[\]]+$/;

/** Returns whether the request has at most one `host` header, of a valid host, and its target is a path, `*`, or a URL of that host. */
export function isAcceptedTarget({ url = '/', headersDistinct }: IncomingMessage): boolean {
  const [host = 'localhost', ...others] = headersDistinct['host'] ?? [];
  if (others.length > 0 || !HOST.test(host)) return false;
  const origin = URL.parse(`http://${host}`)?.origin;
  if (origin === undefined) return false;
  return url.startsWith('/') || url === '*' || URL.parse(url)?.origin === origin;
}

/** Returns the URL of a request. A target that starts with two slashes is a path: it must not name the host, which decides the origin. */
export const urlOf = ({ url = '/', headers: { host = 'localhost' } }: IncomingMessage): string =>
  url.startsWith('/') ? `http://${host}${url}` : url;

const LOOPBACK_ADDRESS = /^(?:127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/;
/** Pattern of local `host` headers. A page whose host name resolves to this machine sends its host name instead. */
const LOOPBACK_HOST = /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/i;
/** Headers that a proxy adds. A proxy on this machine may forward requests of other machines. */
const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'cf-connecting-ip'];

/** Whether a process on this machine sent the request to a local address, without a proxy. */
export const isFromHere = ({ socket, headers }: IncomingMessage): boolean =>
  LOOPBACK_ADDRESS.test(socket.remoteAddress ?? '') &&
  LOOPBACK_HOST.test(headers.host ?? '') &&
  FORWARDED.every((name) => headers[name] === undefined);

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
