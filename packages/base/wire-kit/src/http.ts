import { LlmError } from '@majordomo/core';
import { limitBody } from './bounded-body.ts';
import type { Address } from './hosts/resolve-host.ts';

type Transport = typeof globalThis.fetch;

/** Content types of streamed bodies. The total size is not limited, because the decoders limit the size of each message. */
const STREAM_TYPE = /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|vnd\.amazon\.eventstream))\b/i;

/** Value of `accept` in a request for a file, as SDKs send it. The size is not limited, because the file is read by line. */
export const FILE_TYPE = 'application/binary';

/**
 * Options of a request that `directFetch` sends. An SDK passes them on as its `fetchOptions`. It would combine a signal that it
 * receives itself with a signal of its own, which needs a tenth of the CPU time of a call.
 */
export interface DirectInit extends RequestInit {
  /** Signal that ends the request, instead of `signal`. */
  readonly attemptSignal?: AbortSignal | undefined;
  /** Maximum size of a non-streaming body, in bytes. @default 64 MiB */
  readonly maxBytes?: number | undefined;
}

/**
 * Returns a `fetch` for a provider. For a redirect, it throws kind `protocol` with the new location in the message, because
 * following the redirect could send the key, the headers and the prompt to another origin or without TLS. It limits the size of
 * non-streaming bodies as `limitBody` does.
 */
export function directFetch(fetch: Transport, target: string): Transport {
  return async (input, init: DirectInit = {}) => {
    const { attemptSignal, maxBytes, ...sent } = init;
    const signal = attemptSignal ?? init.signal ?? null;
    const answer = await fetch(input, { ...sent, signal, redirect: 'manual' });
    if (isRedirect(answer)) throw rejectRedirect(answer, target);
    const isStream =
      STREAM_TYPE.test(answer.headers.get('content-type') ?? '') ||
      headersOf(init).get('accept') === FILE_TYPE;
    return isStream && answer.ok ? answer : limitBody(answer, target, maxBytes);
  };
}

/** Whether a response is a redirect. Browsers hide the status and headers of a redirect and set the type `opaqueredirect`. */
const isRedirect = ({ status, type, headers }: Response): boolean =>
  type === 'opaqueredirect' || (status >= 300 && status < 400 && headers.has('location'));

function rejectRedirect({ body, status, headers, url }: Response, target: string): LlmError {
  body?.cancel().catch(() => undefined);
  return redirectError(headers.get('location') ?? '', url, status, target);
}

/** Creates the error for a redirect from `url` to `location`. Transports other than `fetch` also use this function. */
export function redirectError(location: string, url: string, status: number, target: string): LlmError {
  const place = publicAddress(location, url === '' ? undefined : url);
  const message = `${target}: the server redirects to ${place}, which was not followed; if the location is correct, set baseURL to it`;
  return new LlmError('protocol', message, {
    target,
    status: status === 0 ? undefined : status,
    code: 'redirect',
  });
}

/** Returns a location without its user and query, which can contain a secret. */
function publicAddress(location: string, base: string | undefined): string {
  if (location === '' || !URL.canParse(location, base)) return 'an unknown location';
  const { origin, pathname } = new URL(location, base);
  return `${origin}${pathname}`;
}

/** Names of the headers that the SDKs of OpenAI, Anthropic, Groq and Cerebras set. */
const SDK_HEADERS: readonly string[] = [
  'accept',
  'content-type',
  'user-agent',
  ...['arch', 'lang', 'os', 'package-version', 'retry-count', 'runtime', 'runtime-version'].map(
    (name) => `x-stainless-${name}`,
  ),
];

/**
 * Returns a `fetch` that removes every header that neither the SDK nor the provider sets, because SDKs add headers from
 * environment variables such as `OPENAI_CUSTOM_HEADERS`. `names` are the headers that the provider sets, in lower case.
 */
export function withKnownHeaders(
  fetch: typeof globalThis.fetch,
  names: Iterable<string>,
): typeof globalThis.fetch {
  const known = new Set([...SDK_HEADERS, ...names]);
  return (url, init) => {
    // The SDK creates the headers for each request.
    const headers = headersOf(init);
    for (const name of [...headers.keys()]) if (!known.has(name)) headers.delete(name);
    return fetch(url, { ...init, headers });
  };
}

const headersOf = (init: RequestInit | undefined): Headers =>
  init?.headers instanceof Headers ? init.headers : new Headers(init?.headers);

interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/** Returns the symbol under which undici stores the global dispatcher. It ends in `.2` since undici 8 (Node 26). */
function dispatcherName(): symbol | undefined {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const major = Number.parseInt(process?.versions?.undici ?? '');
  if (Number.isNaN(major)) return undefined;
  return Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);
}

const DISPATCHER_NAME = dispatcherName();
const globalDispatcher = (): Dispatcher | undefined =>
  DISPATCHER_NAME === undefined
    ? undefined
    : (Reflect.get(globalThis, DISPATCHER_NAME) as Dispatcher | undefined);

/** Dispatcher without timeouts. It passes requests to the application's global dispatcher, so that its proxy settings apply. */
const WITHOUT_TIMEOUTS: Dispatcher = {
  dispatch: (options, handler) =>
    globalDispatcher()?.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler) ?? false,
};

/**
 * Calls the platform's `fetch` without Node's timeouts of 300 seconds for headers and for pauses in the body. A local server may
 * take longer to load a model, and majordomo has configurable timeouts. A blob is sent in pieces, and is not in memory as a whole.
 */
export const patientFetch: typeof globalThis.fetch = async (input, init) => {
  // Node loads undici and sets the dispatcher when one of undici's classes is first used.
  Reflect.get(globalThis, 'Headers');
  if (globalDispatcher() === undefined) return globalThis.fetch(input, init);
  const patient: object = { dispatcher: WITHOUT_TIMEOUTS };
  const sent: RequestInit = { ...init, ...patient };
  if (sent.body instanceof Blob) sent.body = (await import('./upload-body.ts')).uploadBody(sent.body);
  return globalThis.fetch(input, sent);
};

/**
 * Returns a `fetch` that connects to an address of the URL's host, because a name may resolve to another address when `fetch` connects. The
 * header `Host` and the certificate remain those of the host. Use it for one URL whose host was checked. In a runtime without undici,
 * the platform's `fetch` resolves the name.
 */
export function fetchAt({ address, family }: Address): typeof globalThis.fetch {
  return (input, init) => {
    // Loads undici, as in `patientFetch`.
    Reflect.get(globalThis, 'Headers');
    if (globalDispatcher() === undefined) return globalThis.fetch(input, init);
    const { host } = new URL(input instanceof Request ? input.url : input);
    const dispatch: Dispatcher['dispatch'] = (options, handler) => {
      const origin = new URL(String(Reflect.get(options, 'origin')));
      // A redirect leads to a host that was not checked.
      if (origin.host !== host) throw new TypeError(`${origin.host} is not the checked host ${host}`);
      origin.hostname = family === 6 ? `[${address}]` : address;
      const headers = { ...(Reflect.get(options, 'headers') as object), host };
      return globalDispatcher()?.dispatch({ ...options, origin: origin.origin, headers }, handler) ?? false;
    };
    const pinned: object = { dispatcher: { dispatch } };
    return globalThis.fetch(input, { ...init, ...pinned });
  };
}

/**
 * Sends a request through an SDK that has no `asResponse`, and returns the raw response that its `fetch` option received. The SDK
 * receives an empty JSON object instead of the response. The SDK receives an error response unchanged, and throws an error.
 */
export async function captureResponse(
  transport: typeof fetch,
  send: (fetch: typeof globalThis.fetch) => Promise<unknown>,
): Promise<Response> {
  let captured: Response | undefined;
  await send(async (url, init) => {
    captured = await transport(url, init);
    return captured.ok ? Response.json({}) : captured;
  });
  if (captured === undefined) throw new TypeError('the SDK did not call its fetch option');
  return captured;
}

type HeaderRecord = Readonly<Record<string, string>>;

/**
 * Returns the headers with lower-case names, so that headers merged later replace them regardless of case. Omits headers
 * without a value, because some SDKs would send the text "undefined".
 */
export const lowerCaseNames = (headers: HeaderRecord = {}): HeaderRecord =>
  Object.fromEntries(
    Object.entries<string | undefined>(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );

/** Names of headers and query parameters that contain credentials at vendors, in gateways and in applications (2026). */
const CREDENTIAL_NAME =
  /auth|key|token|secret|cookie|signature|credential|session|(?<![a-z])pass(?![a-z])|passw|jwt|subscription|licen[cs]e|vault|access(?!-control)/i;
/** Names of headers with token limits and counts. They match `CREDENTIAL_NAME` but contain no credentials. */
const TOKEN_COUNT = /rate-?limit|token-?count|tokens-?(?:used|limit|remaining|reset)/i;

/** Whether the name of a header or query parameter indicates a credential. Errors and recordings redact such a value. */
export const isSecretHeader = (name: string): boolean =>
  CREDENTIAL_NAME.test(name) && !TOKEN_COUNT.test(name);

/** Returns the values of headers that contain credentials, with and without scheme, because an error page can contain either. */
export const secretsIn = (...sets: readonly (HeaderRecord | undefined)[]): readonly string[] =>
  sets.flatMap((headers) =>
    Object.entries<unknown>(headers ?? {}).flatMap(([name, value]) =>
      isSecretHeader(name) && typeof value === 'string' ? [value, ...withoutScheme(value)] : [],
    ),
  );

/** Returns the keys in the properties of an application's SDK client. */
export const secretsOfClient = (client: object = {}): readonly string[] =>
  ['apiKey', 'authToken', 'adminAPIKey'].flatMap((name) => {
    const value: unknown = Reflect.get(client, name);
    return typeof value === 'string' ? [value] : [];
  });

const withoutScheme = (value: string): readonly string[] => {
  const [, credential] = /^[a-z-]{3,20}\s+(\S{3,})$/i.exec(value.trim()) ?? [];
  return credential === undefined ? [] : [credential];
};
