/** Vendors take names of tools of these characters, and of this length. */
const MAX_LENGTH = 64;

/**
 * Returns prefixed names of tools in characters that every vendor accepts. Names that collide or are too long get a
 * hash of the complete name.
 */
export function fittedNames(prefix: string, names: readonly string[]): ReadonlyMap<string, string> {
  const whole = new Map([...new Set(names)].map((name) => [name, prefix + name]));
  const exact = new Set(
    [...whole.values()].filter((name) => name === toToolName(name) && name.length <= MAX_LENGTH),
  );
  const alike = countNames([...whole.values()].map(toToolName));
  const taken = new Set<string>(exact);
  const fitted = new Map<string, string>();
  for (const [name, full] of whole) {
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

/** A server may look for names whose marks are alike: then they are counted. */
function withHash(words: string, full: string, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const mark = `_${hash(n === 0 ? full : `${full}#${n}`)}`;
    const name = words.slice(0, MAX_LENGTH - mark.length) + mark;
    if (!taken.has(name)) return name;
  }
}

/** FNV-1a; not cryptographic. */
function hash(text: string): string {
  let state = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) state = Math.imul(state ^ byte, 0x01000193) >>> 0;
  return state.toString(36);
}
