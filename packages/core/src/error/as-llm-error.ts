import { LlmError } from '../contract/llm-error.ts';

/**
 * Returns a thrown value as an `LlmError`: itself where it is one. Other errors may hold secrets; the code that removes
 * them is loaded on first use.
 *
 * @param request what was asked: it may never have been written, where no connection is said to have been there
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError | Promise<LlmError> {
  const error = LlmError.is(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return import('./foreign-error.ts').then(
    ({ foreignError, unwritable }) => unwritable(request) ?? error ?? foreignError(value, target),
  );
}
