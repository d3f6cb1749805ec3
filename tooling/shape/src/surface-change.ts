import { spawnSync } from 'node:child_process';

/** History of a checkout. */
export interface History {
  /** A clone without its past, such as a shallow one, which brings no tags. */
  readonly isCut: boolean;
  readonly tags: readonly string[];
  /** Returns an earlier version of a file, or `undefined`. */
  show(tag: string, path: string): string | undefined;
}

/** The past of the checkout at a folder; without git it is cut. */
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
  /** Below the root. */
  readonly path: string;
  /** The text of its `api.md`. */
  readonly surface: string;
}

/** `unknown` and `unreleased` have nothing to compare with; only `unexplained` is a mistake. */
export type Verdict = 'unknown' | 'unreleased' | 'unchanged' | 'explained' | 'unexplained';

/**
 * Is a change of the public surface since the last release told to users? By a changeset that bumps the package by
 * more than a patch, or by a version that a release has already raised. Before the first release nothing is compared:
 * it is published as it stands (adr/0017).
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

/** Packages that a changeset bumps by more than a patch: `'@majordomo/core': minor` between its dashes. */
function bumps(changeset: string): ReadonlySet<string> {
  const head = /^---\n([\s\S]*?)^---/m.exec(changeset)?.[1] ?? '';
  const lines = head.matchAll(/^["']?([@\w/-]+)["']?:\s*(?:minor|major)\s*$/gm);
  return new Set([...lines].map(([, name = '']) => name));
}
