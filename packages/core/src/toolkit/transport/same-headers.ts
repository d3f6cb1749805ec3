/** What an SDK's client is told of one call. */
interface CallOptions {
  readonly method?: string | undefined;
  readonly path?: string | undefined;
  readonly headers?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly signal?: AbortSignal | null | undefined;
  readonly timeout?: number | undefined;
  readonly fetchOptions?: object | undefined;
}

/** What it makes of that for its transport. */
interface Built {
  readonly req: RequestInit;
  readonly url: string;
  readonly timeout: number | undefined;
}

type Build = (options: CallOptions, more?: { readonly retryCount?: number }) => Promise<Built>;

interface Known {
  readonly url: string;
  readonly headers: Headers;
  /** Two builds in a row gave the same. */
  readonly isSure: boolean;
}

/** Paths and sets of headers that are kept; a provider has a few. */
const MOST = 32;

/**
 * Makes a client build the headers and the URL of like calls once. The SDKs of OpenAI, Anthropic and Groq are generated
 * alike: each call merges six sets of headers and parses its URL in the public method `buildRequest`, for the same result
 * while key, path and own headers are the same. It is built twice and compared before it is trusted: headers that differ
 * from call to call stay the SDK's, and so do those of an SDK that writes the body's length (Cerebras 1.91). Only for
 * clients that the provider made itself: fixed key and options, no retries. Gives the client back.
 */
export function sameHeaders<Client extends object>(client: Client): Client {
  const method: unknown = Reflect.get(client, 'buildRequest');
  if (typeof method !== 'function') return client;
  const build = method.bind(client) as Build;
  const known = new Map<string, Known>();
  const buildRequest: Build = async (options, more) => {
    if (typeof options.body !== 'string' || options.query !== undefined || (more?.retryCount ?? 0) > 0)
      return build(options, more);
    const key = `${options.method ?? ''} ${options.path ?? ''} ${JSON.stringify(options.headers)}`;
    const before = known.get(key);
    if (before?.isSure === true) return rebuilt(before, options);
    const built = await build(options, more);
    if (known.size >= MOST) known.clear();
    const headers = new Headers(built.req.headers);
    known.set(key, {
      url: built.url,
      headers,
      isSure: before !== undefined && isSame(before, built.url, headers),
    });
    return built;
  };
  Reflect.set(client, 'buildRequest', buildRequest);
  return client;
}

/** The app's `fetch` may change what it is given: the headers are its own. */
function rebuilt(
  { url, headers }: Known,
  { method, body, signal, timeout, fetchOptions }: CallOptions,
): Built {
  const req: RequestInit = { headers: new Headers(headers), body: body as string, ...fetchOptions };
  if (method !== undefined) req.method = method;
  if (signal !== undefined && signal !== null) req.signal = signal;
  return { req, url, timeout };
}

const isSame = (before: Known, url: string, headers: Headers): boolean =>
  !headers.has('content-length') &&
  before.url === url &&
  JSON.stringify([...before.headers]) === JSON.stringify([...headers]);
