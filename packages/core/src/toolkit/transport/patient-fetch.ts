interface Dispatcher {
  dispatch(options: object, handler: unknown): boolean;
}

/** Name under which undici stores the global dispatcher: the first since version 8 (Node 26). */
function nameOfDispatcher(): symbol | undefined {
  const { process } = globalThis as { process?: { versions?: { undici?: string } } };
  const major = Number.parseInt(process?.versions?.undici ?? '');
  if (Number.isNaN(major)) return undefined;
  return Symbol.for(`undici.globalDispatcher.${major >= 8 ? 2 : 1}`);
}

const NAME = nameOfDispatcher();
const globalDispatcher = (): Dispatcher | undefined =>
  NAME === undefined ? undefined : (Reflect.get(globalThis, NAME) as Dispatcher | undefined);

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
