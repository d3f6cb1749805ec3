import { LlmError } from '@majordomo/core';
import { limitBody } from './bounded-body.ts';

type Transport = typeof globalThis.fetch;

/** Bodies that are read as they come: their decoders have bounds of their own. */
const STREAM_TYPE = /^(?:text\/event-stream|application\/(?:x-ndjson|jsonl|vnd\.amazon\.eventstream))\b/i;

/**
 * The transport of a provider: it goes where it is sent and nowhere else, for a redirect would take the key, the app's
 * headers and the whole prompt along, to another origin or out of TLS. A redirect is a `protocol` error that names the
 * place. Bodies that are read whole have an end: see `limitBody`.
 */
export function directFetch(fetch: Transport, target: string): Transport {
  return async (input, init) => {
    const answer = await fetch(input, { ...init, redirect: 'manual' });
    if (isRedirect(answer)) throw rejectRedirect(answer, target);
    const isStream = answer.ok && STREAM_TYPE.test(answer.headers.get('content-type') ?? '');
    return isStream ? answer : limitBody(answer, target);
  };
}

/** Browsers hide all of it but that it is one. */
const isRedirect = ({ status, type, headers }: Response): boolean =>
  type === 'opaqueredirect' || (status >= 300 && status < 400 && headers.has('location'));

function rejectRedirect({ body, status, headers, url }: Response, target: string): LlmError {
  body?.cancel().catch(() => undefined);
  return redirectError(headers.get('location') ?? '', url, status, target);
}

/** The error of an answer that sends on to `location`, seen from `url`; for transports other than `fetch`. */
export function redirectError(location: string, url: string, status: number, target: string): LlmError {
  const place = publicAddress(location, url === '' ? undefined : url);
  const message = `${target} sends on to ${place}, which was not followed: if that is right, set baseURL to it`;
  return new LlmError('protocol', message, {
    target,
    status: status === 0 ? undefined : status,
    code: 'redirect',
  });
}

/** Without userinfo and query, which may hold a secret. */
function publicAddress(location: string, base: string | undefined): string {
  if (location === '' || !URL.canParse(location, base)) return 'another place';
  const { origin, pathname } = new URL(location, base);
  return `${origin}${pathname}`;
}

/** Headers that the SDKs of OpenAI, Anthropic, Groq and Cerebras set themselves. */
const SDK_HEADERS: readonly string[] = [
  'accept',
  'content-type',
  'user-agent',
  ...['arch', 'lang', 'os', 'package-version', 'retry-count', 'runtime', 'runtime-version'].map(
    (name) => `x-stainless-${name}`,
  ),
];

/**
 * Returns `fetch` without the headers that neither the SDK nor the provider sets: SDKs add those of variables such as
 * `OPENAI_CUSTOM_HEADERS` of the process. `names` are what the provider sets, in lower case.
 */
export function withKnownHeaders(
  fetch: typeof globalThis.fetch,
  names: Iterable<string>,
): typeof globalThis.fetch {
  const known = new Set([...SDK_HEADERS, ...names]);
  return (url, init) => {
    const headers = new Headers(init?.headers);
    for (const name of [...headers.keys()]) if (!known.has(name)) headers.delete(name);
    return fetch(url, { ...init, headers });
  };
}

interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/** Name under which undici stores the global dispatcher: the first since version 8 (Node 26). */
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

/** Passes requests to the application's global dispatcher, so that its proxies apply. */
const WITHOUT_TIMEOUTS: Dispatcher = {
  dispatch: (options, handler) =>
    globalDispatcher()?.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler) ?? false,
};

/**
 * Calls the platform's `fetch`, without Node's timeouts of 300 seconds for headers and for pauses in the body: a local
 * model that is loaded first takes longer, and majordomo has timeouts that can be configured.
 */
export const patientFetch: typeof globalThis.fetch = (input, init) => {
  // Node loads undici at the first use of its classes, and sets the dispatcher then.
  Reflect.get(globalThis, 'Headers');
  if (globalDispatcher() === undefined) return globalThis.fetch(input, init);
  const patient: object = { dispatcher: WITHOUT_TIMEOUTS };
  return globalThis.fetch(input, { ...init, ...patient });
};

/**
 * Sends a request through an SDK without `asResponse`, by the `fetch` that it is given, and returns the raw response. The SDK
 * reads an empty JSON object instead. A response with an error status goes to the SDK, which makes its error of it.
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
  if (captured === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
  return captured;
}

type HeaderRecord = Readonly<Record<string, string>>;

/**
 * Names in lower case, so that a later set replaces an earlier one whatever its case. What untyped code has left undefined is no
 * header: some SDKs would send the word.
 */
export const lowerCaseNames = (headers: HeaderRecord = {}): HeaderRecord =>
  Object.fromEntries(
    Object.entries<string | undefined>(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );

/** Names of headers and query members that carry credentials, as vendors, gateways and apps call them (2026). */
const CREDENTIAL_NAME =
  /auth|key|token|secret|cookie|signature|credential|session|(?<![a-z])pass(?![a-z])|passw|jwt|subscription|licen[cs]e|vault|access(?!-control)/i;
/** Limits and counts of tokens are none. */
const TOKEN_COUNT = /rate-?limit|token-?count|tokens-?(?:used|limit|remaining|reset)/i;

/** Does a header of this name carry a credential? What errors hide and what recordings leave out is the same. */
export const isSecretHeader = (name: string): boolean =>
  CREDENTIAL_NAME.test(name) && !TOKEN_COUNT.test(name);

/** Values of headers that carry credentials, with and without their scheme: an error page may echo either. */
export const secretsIn = (...sets: readonly (HeaderRecord | undefined)[]): readonly string[] =>
  sets.flatMap((headers) =>
    Object.entries<unknown>(headers ?? {}).flatMap(([name, value]) =>
      isSecretHeader(name) && typeof value === 'string' ? [value, ...withoutScheme(value)] : [],
    ),
  );

/** The key of a client that the app has made itself, where it keeps one. */
export const secretsOfClient = (client: object = {}): readonly string[] =>
  ['apiKey', 'authToken', 'adminAPIKey'].flatMap((name) => {
    const value: unknown = Reflect.get(client, name);
    return typeof value === 'string' ? [value] : [];
  });

const withoutScheme = (value: string): readonly string[] => {
  const [, credential] = /^[a-z-]{3,20}\s+(\S{3,})$/i.exec(value.trim()) ?? [];
  return credential === undefined ? [] : [credential];
};
