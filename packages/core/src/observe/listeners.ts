/** One listener of several. Each is told whatever the others throw. */
export function listeners<E>(...all: readonly ((event: E) => void)[]): (event: E) => void {
  return (event) => {
    for (const listener of all) {
      try {
        listener(event);
      } catch {
        // An observer must not change what it observes, nor keep the next one from it.
      }
    }
  };
}
