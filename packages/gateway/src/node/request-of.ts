import type { IncomingMessage } from 'node:http';
import { incomingBody } from './incoming-body.ts';

/** With a path of its own, a host would change what is asked for. */
const HOST = /^[\w.\-:[\]]*$/;

/** The request as the platforms have it; `undefined` for an address that is none. */
export function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '/', headersDistinct } = incoming;
  const hosts = headersDistinct['host'] ?? [];
  if (hosts.length > 1 || hosts.some((host) => !HOST.test(host))) return undefined;
  try {
    return new Request(`http://${incoming.headers.host ?? 'localhost'}${url.startsWith('/') ? url : '/'}`, {
      method,
      headers: headersOf(incoming),
      signal,
      ...(method === 'GET' || method === 'HEAD' ? {} : { body: incomingBody(incoming), duplex: 'half' }),
    });
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
