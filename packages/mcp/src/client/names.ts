/** Maximum length of a tool name that all vendors accept. */
const MAX_LENGTH = 64;

/**
 * Returns the names with the prefix, in characters that every vendor accepts. Appends a hash of the complete name if names
 * collide or if a name is too long.
 */
export function fittedNames(prefix: string, names: readonly string[]): ReadonlyMap<string, string> {
  const prefixed = new Map([...new Set(names)].map((name) => [name, prefix + name]));
  const exact = new Set(
    [...prefixed.values()].filter((name) => name === toToolName(name) && name.length <= MAX_LENGTH),
  );
  const alike = countNames([...prefixed.values()].map(toToolName));
  const taken = new Set<string>(exact);
  const fitted = new Map<string, string>();
  for (const [name, full] of prefixed) {
    const words = toToolName(full);
    const fits = exact.has(full) || (words.length <= MAX_LENGTH && alike.get(words) === 1);
    const short = fits ? words : withHash(words, full, taken);
    taken.add(short);
    fitted.set(name, short);
  }
  return fitted;
}

const toToolName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';

function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Returns a name with a hash. If two names have the same hash, a number distinguishes the names. */
function withHash(words: string, full: string, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const mark = `_${hash(n === 0 ? full : `${full}#${n}`)}`;
    const name = words.slice(0, MAX_LENGTH - mark.length) + mark;
    if (!taken.has(name)) return name;
  }
}

/** Returns the FNV-1a hash of a name. This hash is not cryptographic. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state.toString(36);
}
