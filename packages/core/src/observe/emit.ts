import type { CallEvent } from '../contract/call.ts';
import { tell } from './tell.ts';

export type Emit = (event: CallEvent) => void;
type Observer = ((event: CallEvent) => unknown) | undefined;

/** Tells every observer; one that throws or rejects changes nothing. `undefined` when there is none to tell. */
export function emitTo(...observers: readonly Observer[]): Emit | undefined {
  if (!observers.some(Boolean)) return undefined;
  return (event) => {
    for (const observer of observers) tell(observer, event);
  };
}
