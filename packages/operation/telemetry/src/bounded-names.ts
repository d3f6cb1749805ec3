/** Maximum number of names in metrics, because a model or a client can invent names. */
const MAX_NAMES = 100;

/** Returns a function that replaces further names with `_OTHER`. */
export function boundedNames(): (name: string) => string {
  const names = new Set<string>();
  return (name) => {
    if (names.size < MAX_NAMES) names.add(name);
    return names.has(name) ? name : '_OTHER';
  };
}
