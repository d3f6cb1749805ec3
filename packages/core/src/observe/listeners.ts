import { tell } from './tell.ts';

/** One listener of several. Each is told whatever the others throw, and whatever becomes of their promises. */
export function listeners<E>(...all: readonly ((event: E) => void)[]): (event: E) => void {
  return (event) => {
    for (const listener of all) tell(listener, event);
  };
}
