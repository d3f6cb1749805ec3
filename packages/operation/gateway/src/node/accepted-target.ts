import type { IncomingMessage } from 'node:http';

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
