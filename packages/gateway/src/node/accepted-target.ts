import type { IncomingMessage } from 'node:http';

/** Pattern of a `host` header. A host with a path or a user would change the URL of the request. */
const HOST = /^[\w.\-:[\]]+$/;

/** Returns whether the request has at most one `host` header, and its target is a path, `*`, or a URL of that host. */
export function isAcceptedTarget({ url = '/', headersDistinct }: IncomingMessage): boolean {
  const [host = 'localhost', ...others] = headersDistinct['host'] ?? [];
  if (others.length > 0 || !HOST.test(host)) return false;
  if (url.startsWith('/') || url === '*') return true;
  const target = URL.parse(url);
  return target !== null && target.origin === URL.parse(`http://${host}`)?.origin;
}
