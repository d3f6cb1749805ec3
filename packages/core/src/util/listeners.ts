import type { CallEvent } from '../types/call-options.ts';

/** One listener of several. Each is told whatever the others throw, and whatever becomes of their promises. */
export function listeners<E>(...all: readonly ((event: E) => void)[]): (event: E) => void {
  return (event) => {
    for (const listener of all) notify(listener, event);
  };
}

export type Emit = (event: CallEvent) => void;
type Observer = ((event: CallEvent) => unknown) | undefined;

/** Tells every observer; one that throws or rejects changes nothing. `undefined` when there is none to tell. */
export function emitTo(...observers: readonly Observer[]): Emit | undefined {
  if (!observers.some(Boolean)) return undefined;
  return (event) => {
    for (const observer of observers) notify(observer, event);
  };
}

/**
 * Tells an observer of the app. One that throws, or gives a promise that rejects, changes nothing: else a listener that writes to a
 * database would end the process when that is down.
 */
export function notify<Told extends readonly unknown[]>(
  observer: ((...told: Told) => unknown) | undefined,
  ...told: Told
): void {
  try {
    (observer?.(...told) as Partial<PromiseLike<unknown>> | undefined)?.then?.(null, () => undefined);
  } catch {
    // Its own affair.
  }
}
