/**
 * Positions in a file, each found from the one before, until one is outside of the file or does not lie behind its
 * predecessor. A file says itself how long its pieces are: a reader that goes through them with this ends after at most
 * as many steps as there are bytes, whatever the file says.
 */
export function* forward(
  length: number,
  from: number,
  next: (at: number) => number | undefined,
): Generator<number> {
  for (let at = from; at < length;) {
    yield at;
    const then = next(at);
    if (then === undefined || !(then > at)) return;
    at = then;
  }
}
