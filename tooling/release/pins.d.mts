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

/** Returns the actions of other repositories that a workflow uses. */
export function usesOf(workflow: string): readonly Use[];

/** Returns the workflow with the commit of each action instead of its tag, and the version in a comment. */
export function pinned(
  workflow: string,
  resolve: (action: string, tag: string) => { readonly commit: string; readonly version: string },
): string;

/**
 * Returns the commit of a tag and the exact version of the commit, from the output of `git ls-remote --tags`. Returns `undefined`
 * for an unknown tag.
 */
export function commitOf(
  refs: string,
  tag: string,
): { readonly commit: string; readonly version: string } | undefined;
