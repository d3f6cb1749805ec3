const USES = /^(\s*-?\s*uses:\s+)([\w.-]+\/[\w.-]+(?:\/[\w./-]+)?)@(\S+)(?:\s+#\s*(\S+))?[^\S\n]*$/gm;
const COMMIT = /^[\da-f]{40}$/;

/** Action that a workflow uses. */
interface Use {
  /** Such as `actions/checkout`. */
  readonly action: string;
  /** Tag, branch or commit. */
  readonly ref: string;
  /** Whether `ref` is a commit, which cannot be moved. */
  readonly isPinned: boolean;
  /** Version in the comment of a pinned action, otherwise `ref`. */
  readonly version: string | undefined;
}

/** Commit of a tag, and its exact version. */
interface Commit {
  readonly commit: string;
  readonly version: string;
}

/** Returns the actions of other repositories that a workflow uses. */
export function usesOf(workflow: string): readonly Use[] {
  return [...workflow.matchAll(USES)].map(([, , action = '', ref = '', comment]) => {
    const isPinned = COMMIT.test(ref);
    return { action, ref, isPinned, version: isPinned ? comment : ref };
  });
}

/** Returns the workflow with the commit of each action instead of its tag, and the version in a comment. */
export function pinned(workflow: string, resolve: (action: string, tag: string) => Commit): string {
  return workflow.replace(USES, (line, start: string, action: string, ref: string) => {
    if (COMMIT.test(ref)) return line;
    const { commit, version } = resolve(action, ref);
    return `${start}${action}@${commit} # ${version}`;
  });
}

/** Returns the commit of a tag from the output of `git ls-remote --tags`. Returns `undefined` for an unknown tag. */
export function commitOf(refs: string, tag: string): Commit | undefined {
  const commits = new Map<string, string>();
  for (const line of refs.split('\n')) {
    const [, commit = '', name, peeled] = /^([\da-f]{40})\s+refs\/tags\/(\S+?)(\^\{\})?$/.exec(line) ?? [];
    // A line with `^{}` contains the commit of an annotated tag.
    if (name !== undefined && (peeled !== undefined || !commits.has(name))) commits.set(name, commit);
  }
  const commit = commits.get(tag);
  if (commit === undefined) return undefined;
  const exact = [...commits].filter(([name, other]) => other === commit && /^v\d+\.\d+\.\d+$/.test(name));
  return { commit, version: exact.at(-1)?.[0] ?? tag };
}
