/**
 * Yields positions in a file. Each position is computed from the previous position. Stops at a position that is beyond the end,
 * or not after the previous position. These two rules limit the number of steps for files with wrong lengths.
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
