import { LlmError } from '../contract/llm-error.ts';

/**
 * What was thrown, as one of our errors: itself at once where it is one. What is foreign may hold secrets, or be made to
 * break whoever looks at it; the code that cleans it is loaded then.
 *
 * @param request what was asked: it may never have been written, where no connection is said to have been there
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError | Promise<LlmError> {
  const error = isWhole(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return import('./foreign-error.ts').then(
    ({ foreignError, unwritable }) => unwritable(request) ?? error ?? foreignError(value, target),
  );
}

/** One of another copy of core, or that only says that it is one, may lack what ours always has. */
function isWhole(value: unknown): value is LlmError {
  try {
    if (!LlmError.is(value)) return false;
    const details: unknown = value.details;
    return typeof details === 'object' && details !== null && 'attempts' in details;
  } catch {
    return false;
  }
}
