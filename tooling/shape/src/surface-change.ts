import { spawnSync } from 'node:child_process';

/** History of a checkout. */
export interface History {
  /** Whether the clone has no history. A shallow clone also has no tags. */
  readonly isCut: boolean;
  readonly tags: readonly string[];
  /** Returns an earlier version of a file, or `undefined`. */
  show(tag: string, path: string): string | undefined;
}

/** Returns the history of the checkout in a folder. Without git, `isCut` is true. */
export function historyOf(folder: string): History {
  const git = (...args: string[]): string | undefined => {
    const { status, stdout } = spawnSync('git', args, { cwd: folder, encoding: 'utf8' });
    return status === 0 ? stdout : undefined;
  };
  return {
    isCut: git('rev-parse', '--is-shallow-repository')?.trim() !== 'false',
    tags: git('tag', '--sort=-v:refname')?.split('\n').filter(Boolean) ?? [],
    show: (tag, path) => git('show', `${tag}:${path}`),
  };
}

/** Current state of a package. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  /** Path under the root. */
  readonly path: string;
  /** The text of its `api.md`. */
  readonly surface: string;
}

/** Result of the comparison. `unknown` and `unreleased` have no earlier version; only `unexplained` is an error. */
export type Verdict = 'unknown' | 'unreleased' | 'unchanged' | 'explained' | 'unexplained';

/**
 * Returns whether a change of the public surface since the last release is announced: by a changeset with more than a patch, or
 * by a version that a release has already raised. Before the first release nothing is compared (adr/0017).
 */
export function judge(candidate: Candidate, history: History, changesets: readonly string[]): Verdict {
  const { name, version, path, surface } = candidate;
  const tag = history.tags.find((each) => each.startsWith(`${name}@`));
  if (tag === undefined) return history.isCut ? 'unknown' : 'unreleased';
  const before = history.show(tag, `${path}/api.md`);
  if (before !== undefined && declared(before) === declared(surface)) return 'unchanged';
  const isBumped = tag !== `${name}@${version}` || changesets.some((text) => bumps(text).has(name));
  return isBumped ? 'explained' : 'unexplained';
}

/** Returns the declarations without the surrounding text. */
const declared = (surface: string): string =>
  [...surface.matchAll(/^```ts surface\n([\s\S]*?)^```/gm)].map(([, lines]) => lines).join('\n');

/** Returns the packages that a changeset bumps by more than a patch, such as `'@majordomo/core': minor` in its front matter. */
function bumps(changeset: string): ReadonlySet<string> {
  const head = /^---\n([\s\S]*?)^---/m.exec(changeset)?.[1] ?? '';
  const lines = head.matchAll(/^["']?([@\w/-]+)["']?:\s*(?:minor|major)\s*$/gm);
  return new Set([...lines].map(([, name = '']) => name));
}
