/** `; did you mean "openai"?` where one of the known words is near enough to be meant, else nothing. */
export function didYouMean(word: string, known: Iterable<string>): string {
  const near = nearest(word, known);
  return near === undefined ? '' : `; did you mean "${near}"?`;
}

/** Longer words are not looked at: nobody mistypes them, and the comparison is quadratic. */
const LONGEST = 64;

/**
 * The known word with the fewest typing errors, at most one for every three letters; case is not one. Else the first that
 * begins with the word, from four letters on.
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > LONGEST) return undefined;
  let best: string | undefined;
  let longer: string | undefined;
  let fewest = Math.floor(word.length / 3) + 1;
  for (const candidate of known) {
    if (candidate.length > LONGEST) continue;
    if (word.length >= 4 && candidate.startsWith(word)) longer ??= candidate;
    const errors = typingErrors(word.toLowerCase(), candidate.toLowerCase());
    if (errors >= fewest) continue;
    best = candidate;
    fewest = errors;
  }
  return best ?? longer;
}

/** Letters to add, drop, change or swap with their neighbour, to make one word of the other. */
function typingErrors(from: string, to: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const changed = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1);
      const isSwap =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      const swapped = isSwap ? (beforeLast[column - 2] ?? 0) + 1 : changed;
      current.push(Math.min(changed, swapped, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1));
    }
    beforeLast = last;
    last = current;
  }
  return last[to.length] ?? 0;
}
