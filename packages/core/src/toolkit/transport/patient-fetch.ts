import { dispatched, NO_TIMERS, type Dispatcher, type PlainRequest } from './dispatched.ts';
import { canUnpack } from './unpacker.ts';

type PatientInit = Omit<RequestInit, 'dispatcher'> & { dispatcher: Dispatcher };

/**
 * The platform's `fetch` without its own timers. Node's gives up after 300 s without headers and after 300 s between
 * two pieces of the body (undici's defaults), whatever the caller wants; a local model that is loaded first, or a
 * queue in front of one, takes longer. The app's global dispatcher (a proxy) stays in charge, and is asked without
 * `fetch` where that makes no difference but for the time. Elsewhere it is `fetch`.
 */
export const patientFetch: typeof globalThis.fetch = async (input, init) => {
  const dispatcher = globalDispatcher();
  if (dispatcher === undefined) return globalThis.fetch(input, init);
  const plain = isOfNode(globalThis.fetch) ? plainRequest(input, init) : undefined;
  if (plain !== undefined) return dispatched(dispatcher, plain);
  const patient: PatientInit = { ...init, dispatcher: patiently(dispatcher) };
  return globalThis.fetch(input, patient as RequestInit);
};

let looked: { readonly fetch: unknown; readonly isOfNode: boolean } = { fetch: undefined, isOfNode: false };

/** Tests and tracers put their own `fetch` there, and want to see what is sent. The source of Node's names its undici. */
function isOfNode(fetch: unknown): boolean {
  if (looked.fetch !== fetch) {
    const source = Function.prototype.toString.call(fetch);
    looked = {
      fetch,
      isOfNode: place === OLD_HANDLERS && canUnpack() && source.includes('internal/deps/undici'),
    };
  }
  return looked.isOfNode;
}

const PLAIN_MEMBERS: ReadonlySet<string> = new Set(['method', 'headers', 'body', 'signal', 'redirect']);

/** A request that only `fetch` can make is none: one that follows redirects, or has a form or a stream for a body. */
function plainRequest(
  input: Parameters<typeof fetch>[0],
  init?: RequestInit | null,
): PlainRequest | undefined {
  const { method = 'GET', body = null, signal = null, redirect } = init ?? {};
  if (redirect !== 'manual' || input instanceof Request) return undefined;
  if (!(body === null || typeof body === 'string' || body instanceof Uint8Array)) return undefined;
  const isOdd = ([name, value]: [string, unknown]): boolean =>
    value !== undefined && !PLAIN_MEMBERS.has(name);
  if (Object.entries(init ?? {}).some(isOdd)) return undefined;
  const url = URL.parse(String(input));
  if (url === null) return undefined;
  const isPlain = /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  const isUsual = method === 'GET' || method === 'POST';
  if (!isPlain || !isUsual || (method === 'GET' && body !== null)) return undefined;
  url.hash = '';
  const headers = init?.headers instanceof Headers ? init.headers : new Headers(init?.headers);
  // A copy: the app may fill its bytes with something else while the request waits for a connection.
  return { method, url, headers, body: body instanceof Uint8Array ? new Uint8Array(body) : body, signal };
}

const made = new WeakMap<Dispatcher, Dispatcher>();

/** One for each dispatcher of the app, however many requests go through it. */
function patiently(dispatcher: Dispatcher): Dispatcher {
  let patient = made.get(dispatcher);
  if (patient === undefined) {
    patient = {
      dispatch: (options, handler) => dispatcher.dispatch({ ...options, ...NO_TIMERS }, handler),
    };
    made.set(dispatcher, patient);
  }
  return patient;
}

/** Dispatchers there are told of a request in the words of undici 5 to 7. */
const OLD_HANDLERS: symbol = Symbol.for('undici.globalDispatcher.1');

let place: symbol | '' | undefined;

/** undici keeps it under a symbol by the version of its handlers: 2 since undici 8 (Node 26), 1 before. */
function placeOfDispatcher(): symbol | '' {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const major = Number.parseInt(process?.versions?.undici ?? '');
  if (Number.isNaN(major)) return '';
  // Node loads undici at the first use of its classes, and sets the dispatcher then.
  Reflect.get(globalThis, 'Headers');
  return major >= 8 ? Symbol.for('undici.globalDispatcher.2') : OLD_HANDLERS;
}

function globalDispatcher(): Dispatcher | undefined {
  place ??= placeOfDispatcher();
  const found: unknown = place === '' ? undefined : Reflect.get(globalThis, place);
  return isDispatcher(found) ? found : undefined;
}

const isDispatcher = (value: unknown): value is Dispatcher =>
  typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function';
