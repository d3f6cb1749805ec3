/** A signal that aborts with another one. `release` removes the listener on that one. */
interface OwnSignal {
  readonly signal: AbortSignal;
  readonly release: () => void;
}

/** Returns a separate signal for one request: some SDKs leave a listener on the signal that they get. */
export function ownSignal(given: AbortSignal): OwnSignal {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort(given.reason);
  };
  if (given.aborted) abort();
  given.addEventListener('abort', abort, { once: true });
  return {
    signal: controller.signal,
    release: () => {
      given.removeEventListener('abort', abort);
    },
  };
}
