const USES = /^(\s*-?\s*uses:\s+)([\w.-]+\/[\w.-]+(?:\/[\w./-]+)?)@(\S+)(?:\s+#\s*(\S+))?[^\S\n]*$/gm;
const COMMIT = /^[\da-f]{40}$/;

/** @param {string} workflow */
export function usesOf(workflow) {
  return [...workflow.matchAll(USES)].map(([, , action = '', ref = '', comment]) => {
    const isPinned = COMMIT.test(ref);
    return { action, ref, isPinned, version: isPinned ? comment : ref };
  });
}

/**
 * @param {string} workflow
 * @param {(action: string, tag: string) => { commit: string, version: string }} resolve
 */
export function pinned(workflow, resolve) {
  return workflow.replace(USES, (line, start, action, ref) => {
    if (COMMIT.test(ref)) return line;
    const { commit, version } = resolve(action, ref);
    return `${start}${action}@${commit} # ${version}`;
  });
}

/**
 * @param {string} refs
 * @param {string} tag
 */
export function commitOf(refs, tag) {
  const commits = new Map();
  for (const line of refs.split('\n')) {
    const [, commit, name, peeled] = /^([\da-f]{40})\s+refs\/tags\/(\S+?)(\^\{\})?$/.exec(line) ?? [];
    // A line with `^{}` contains the commit of an annotated tag.
    if (name !== undefined && (peeled !== undefined || !commits.has(name))) commits.set(name, commit);
  }
  const commit = commits.get(tag);
  if (commit === undefined) return undefined;
  const exact = [...commits].filter(([name, other]) => other === commit && /^v\d+\.\d+\.\d+$/.test(name));
  return { commit, version: exact.at(-1)?.[0] ?? tag };
}
