import { LlmError } from '@majordomo/core';

/** A response that is not of the wire's shape: `found` is what stands at `path`. */
export function drift(target: string, path: string, found: unknown): LlmError {
  const what =
    found === undefined
      ? 'nothing'
      : found === null
        ? 'null'
        : Array.isArray(found)
          ? 'a list'
          : typeof found;
  return new LlmError('protocol', `${target} sent ${what} at ${path === '' ? 'the root' : path}`, {
    target,
    path,
  });
}
