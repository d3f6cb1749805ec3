/** Returns a suggestion such as `; did you mean "openai"?`, or an empty string if no known name is similar. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}

/** Maximum length of a name that is compared, because the comparison is quadratic. */
const MAX_NAME_LENGTH = 64;

/**
 * Returns the known name with the fewest typing errors, at most one per three letters. Case is ignored. If no name is similar,
 * returns the first known name that begins with `name`, if `name` has at least four letters.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > MAX_NAME_LENGTH) return undefined;
  let best: string | undefined;
  let longer: string | undefined;
  let fewest = Math.floor(name.length / 3) + 1;
  for (const candidate of known) {
    if (candidate.length > MAX_NAME_LENGTH) continue;
    if (name.length >= 4 && candidate.startsWith(name)) longer ??= candidate;
    const errors = typingErrors(name.toLowerCase(), candidate.toLowerCase());
    if (errors >= fewest) continue;
    best = candidate;
    fewest = errors;
  }
  return best ?? longer;
}

/** Returns the Damerau-Levenshtein distance, which counts insertions, deletions, changes and swaps of neighbors. */
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
