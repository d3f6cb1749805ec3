import type { CallEvent } from '../types/call-options.ts';

/**
 * Returns a listener that calls several listeners. A listener that throws or rejects does not affect the others.
 *
 * @example createMajordomo({ providers, onEvent: listeners(log, metrics) });
 */
export function listeners<E>(...all: readonly ((event: E) => void)[]): (event: E) => void {
  return (event) => {
    for (const listener of all) notify(listener, event);
  };
}

export type Emit = (event: CallEvent) => void;
type Observer = ((event: CallEvent) => unknown) | undefined;

/** Returns a function that calls all defined observers, or `undefined` if none is defined. */
export function emitTo(...observers: readonly Observer[]): Emit | undefined {
  if (!observers.some(Boolean)) return undefined;
  return (event) => {
    for (const observer of observers) notify(observer, event);
  };
}

/**
 * Calls an observer of the application. Ignores errors and rejections of the observer. For example, a listener that writes to a
 * database must not end the process when the database is down.
 */
export function notify<Arguments extends readonly unknown[]>(
  observer: ((...values: Arguments) => unknown) | undefined,
  ...values: Arguments
): void {
  try {
    (observer?.(...values) as Partial<PromiseLike<unknown>> | undefined)?.then?.(null, () => undefined);
  } catch {
    // An error of an observer has no effect.
  }
}
