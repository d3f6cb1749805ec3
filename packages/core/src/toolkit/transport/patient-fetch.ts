/** What is needed of undici's dispatcher, the transport under Node's `fetch`. */
interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}
type PatientInit = Omit<RequestInit, 'dispatcher'> & { dispatcher: Dispatcher };

/**
 * The platform's `fetch` without its own timers. Node's gives up after 300 s without headers and after 300 s between
 * two pieces of the body (undici's defaults), whatever the caller wants; a local model that is loaded first, or a
 * queue in front of one, takes longer. The app's global dispatcher (a proxy) stays in charge. Elsewhere it is `fetch`.
 */
export const patientFetch: typeof globalThis.fetch = (input, init) => {
  const dispatcher = globalDispatcher();
  if (dispatcher === undefined) return globalThis.fetch(input, init);
  const patient: PatientInit = { ...init, dispatcher: patiently(dispatcher) };
  return globalThis.fetch(input, patient as RequestInit);
};

const made = new WeakMap<Dispatcher, Dispatcher>();

/** One for each dispatcher of the app, however many requests go through it. */
function patiently(dispatcher: Dispatcher): Dispatcher {
  let patient = made.get(dispatcher);
  if (patient === undefined) {
    patient = {
      dispatch: (options, handler) =>
        dispatcher.dispatch({ ...options, headersTimeout: 0, bodyTimeout: 0 }, handler),
    };
    made.set(dispatcher, patient);
  }
  return patient;
}

let place: symbol | '' | undefined;

/** undici keeps it under a symbol by the version of its handlers: 2 since undici 8 (Node 26), 1 before. */
function placeOfDispatcher(): symbol | '' {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const major = Number.parseInt(process?.versions?.undici ?? '');
  if (Number.isNaN(major)) return '';
  // Node loads undici at the first use of its classes, and sets the dispatcher then.
  Reflect.get(globalThis, 'Headers');
  return Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);
}

function globalDispatcher(): Dispatcher | undefined {
  place ??= placeOfDispatcher();
  const found: unknown = place === '' ? undefined : Reflect.get(globalThis, place);
  return isDispatcher(found) ? found : undefined;
}

const isDispatcher = (value: unknown): value is Dispatcher =>
  typeof value === 'object' && value !== null && 'dispatch' in value && typeof value.dispatch === 'function';
