/**
 * Memoizes a conversion by the identity of the list, because callers send the same tools repeatedly. Converts the list again if
 * its elements have changed.
 */
export function memoizeList<Item extends object, Result>(
  convert: (items: readonly Item[]) => Result,
): (items: readonly Item[]) => Result {
  const known = new WeakMap<readonly Item[], { readonly source: readonly Item[]; readonly result: Result }>();
  return (items) => {
    const before = known.get(items);
    if (before?.source.length === items.length && items.every((item, at) => item === before.source[at]))
      return before.result;
    const source = [...items];
    const result = convert(source);
    known.set(items, { source, result });
    return result;
  };
}
