import type { IncomingMessage } from 'node:http';
import { knowBody } from '../reading/unread.ts';
import { incomingBody, takeBody } from './incoming-body.ts';

/** With a path of its own, a host would change what is asked for. */
const HOST = /^[\w.\-:[\]]*$/;

/** The request as the platforms have it; `undefined` for an address that is none. */
export function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '/' } = incoming;
  const hosts = hostsIn(incoming);
  if (hosts.length > 1 || hosts.some((host) => !HOST.test(host))) return undefined;
  const address = addressOf(url, `http://${hosts[0] ?? 'localhost'}`);
  if (address === undefined) return undefined;
  try {
    if (method === 'GET' || method === 'HEAD')
      return withHeaders(new Request(address, { method, signal }), incoming);
    const body = incomingBody(incoming);
    const request = withHeaders(new Request(address, { method, signal, body, duplex: 'half' }), incoming);
    // A clone locks the stream for good.
    knowBody(request, () => (body.locked || request.bodyUsed ? undefined : takeBody(incoming)));
    return request;
  } catch {
    return undefined;
  }
}

/** A path, all of the address as proxies are asked, or the `*` of OPTIONS. */
function addressOf(url: string, origin: string): string | undefined {
  if (url.startsWith('/')) return origin + url;
  if (url === '*') return `${origin}/`;
  const whole = URL.parse(url);
  return whole !== null && whole.origin === URL.parse(origin)?.origin ? whole.href : undefined;
}

function hostsIn({ rawHeaders }: IncomingMessage): readonly string[] {
  const hosts: string[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    if (rawHeaders[at]?.toLowerCase() === 'host') hosts.push(rawHeaders[at + 1] ?? '');
  }
  return hosts;
}

/** As they came, in order. Pairs in a request's options would be read through an iterator each, at twice the cost. */
function withHeaders(request: Request, { rawHeaders }: IncomingMessage): Request {
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    request.headers.append(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  }
  return request;
}
