import type { CallEvent } from '../contract/call.ts';

export type Emit = (event: CallEvent) => void;
type Observer = ((event: CallEvent) => unknown) | undefined;

/** Tells every observer; one that throws or rejects changes nothing. `undefined` when there is none to tell. */
export function emitTo(...observers: readonly Observer[]): Emit | undefined {
  if (observers.every((observer) => observer === undefined)) return undefined;
  const present = observers.filter((observer) => observer !== undefined);
  return (event) => {
    for (const observer of present) {
      try {
        const result = observer(event);
        if (result instanceof Promise) result.catch(() => undefined);
      } catch {
        // An observer must not change the call.
      }
    }
  };
}
