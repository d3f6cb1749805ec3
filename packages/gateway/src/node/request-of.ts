import type { IncomingMessage } from 'node:http';
import { knowBody } from '../reading/unread.ts';
import { incomingBody, takeBody } from './incoming-body.ts';

const HOST_NAME = /^host$/i;
/** With a path of its own, a host would change what is asked for. */
const HOST = /^[\w.\-:[\]]*$/;

/** The request as the platforms have it; `undefined` for an address that is none. */
export function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '/' } = incoming;
  const headers = headersOf(incoming);
  const hosts = headers.filter(([name]) => HOST_NAME.test(name));
  if (hosts.length > 1 || hosts.some(([, host]) => !HOST.test(host))) return undefined;
  const address = `http://${hosts[0]?.[1] ?? 'localhost'}${url.startsWith('/') ? url : '/'}`;
  try {
    if (method === 'GET' || method === 'HEAD') return new Request(address, { method, headers, signal });
    const body = incomingBody(incoming);
    const request = new Request(address, { method, headers, signal, body, duplex: 'half' });
    // A clone locks the stream for good.
    knowBody(request, () => (body.locked || request.bodyUsed ? undefined : takeBody(incoming)));
    return request;
  } catch {
    return undefined;
  }
}

/** Pairs as they came, in order. */
function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    pairs.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
  }
  return pairs;
}
