import { fnv1a } from '@majordomo/core/toolkit';

/** Maximum length of a tool name that every vendor accepts, in characters. */
const MAX_LENGTH = 64;

/**
 * Returns the prefixed name of each tool, with only characters that every vendor accepts. Appends a hash of the complete name if
 * names collide or if a name is too long.
 */
export function fittedNames(prefix: string, names: readonly string[]): ReadonlyMap<string, string> {
  const prefixed = new Map([...new Set(names)].map((name) => [name, prefix + name]));
  // These names stay unchanged, also if another name becomes equal to one of them.
  const exact = new Set(
    [...prefixed.values()].filter((name) => name === toToolName(name) && name.length <= MAX_LENGTH),
  );
  const all = [...prefixed.values()].map(toToolName);
  const isUnique = (name: string): boolean => all.indexOf(name) === all.lastIndexOf(name);
  const taken = new Set<string>(exact);
  const fitted = new Map<string, string>();
  for (const [name, full] of prefixed) {
    const toolName = toToolName(full);
    const needsHash = toolName.length > MAX_LENGTH || !isUnique(toolName);
    const unique = needsHash && !exact.has(full) ? withHash(toolName, full, taken) : toolName;
    taken.add(unique);
    fitted.set(name, unique);
  }
  return fitted;
}

const toToolName = (name: string): string => name.replace(/[^A-Za-z0-9_-]/g, '_') || '_';

/** Returns a name with a hash appended. If this name is taken, also appends a number. */
function withHash(toolName: string, full: string, taken: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const mark = `_${fnv1a(n === 0 ? full : `${full}#${n}`).toString(36)}`;
    const name = toolName.slice(0, MAX_LENGTH - mark.length) + mark;
    if (!taken.has(name)) return name;
  }
}
