import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';
import { Exchange } from './exchange.ts';

/** Options of `undiciFetch`. `proxy` has no effect if `dispatcher` is set. */
export interface UndiciFetchOptions {
  /**
   * Dispatcher of undici 7, such as a `ProxyAgent`, or an `Agent` with a certificate or a limit for connections. Its header and body
   * timeouts are disabled. @default new Agent({ allowH2: false })
   */
  readonly dispatcher?: Dispatcher | undefined;
  /** `'environment'` uses the proxies in `HTTP_PROXY` and `HTTPS_PROXY`, except for hosts in `NO_PROXY`. @default no proxy */
  readonly proxy?: 'environment' | undefined;
}

type Body = string | Uint8Array | null;

const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 };
/**
 * Dispatch options of every request. Redirects are disabled, because a dispatcher that follows redirects would send the key to
 * another host.
 */
const ALWAYS = { ...NO_TIMEOUTS, maxRedirections: 0 };
/** Headers that are added to a request that does not set them, as in the platform's `fetch`. */
const ADDED = { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': 'node' };

/**
 * Returns a `fetch` that sends requests through undici. This `fetch` does not follow redirects, and buffers streamed request
 * bodies.
 *
 * @example const majordomo = createMajordomo({ providers, fetch: undiciFetch() });
 */
export function undiciFetch({ dispatcher, proxy }: UndiciFetchOptions = {}): typeof globalThis.fetch {
  const Default = proxy === 'environment' ? EnvHttpProxyAgent : Agent;
  const sender = dispatcher ?? new Default({ allowH2: false, ...NO_TIMEOUTS });
  return async (input, init = {}) => {
    const { body = null } = init;
    const isPlain = body === null || typeof body === 'string' || body instanceof Uint8Array;
    // Strings and bytes are sent directly. `Request` serializes forms and streams, and rejects a URL that contains a password.
    if (isPlain && !(input instanceof Request || String(input).includes('@')))
      return send(sender, new URL(input), init, body);
    const request = new Request(input, init);
    const bytes = request.body === null ? null : new Uint8Array(await request.arrayBuffer());
    return send(sender, new URL(request.url), request, bytes);
  };
}

function send(to: Dispatcher, url: URL, init: Request | RequestInit, body: Body): Promise<Response> {
  const { signal = null } = init;
  signal?.throwIfAborted();
  // A fragment is not sent, and is not part of the URL of the response.
  url.hash = '';
  const method = (init.method ?? 'GET').toUpperCase();
  const headers = new Headers(init.headers);
  // A form has its type from `Request`, and bytes have none.
  const type = typeof body === 'string' ? { 'content-type': 'text/plain;charset=UTF-8' } : {};
  for (const [name, value] of Object.entries({ ...ADDED, ...type }))
    if (!headers.has(name)) headers.set(name, value);
  const target = { origin: url.origin, path: url.href.slice(url.origin.length) };
  const options = { ...target, method, headers: [...headers].flat(), body, ...ALWAYS };
  return new Promise((resolve, reject) => {
    to.dispatch(options, new Exchange({ url: url.href, method, signal }, { resolve, reject }));
  });
}
