import { LlmError } from '../contract/llm-error.ts';
import { foreignError, unwritable } from './foreign-error.ts';

/**
 * Returns a thrown value as an `LlmError`: itself where it is one, otherwise a copy without secrets.
 *
 * @param request what was asked: it may never have been written, where no connection is said to have been there
 */
export function asLlmError(value: unknown, target: string, request?: object): LlmError {
  const error = LlmError.is(value) ? value : undefined;
  if (error !== undefined && (error.kind !== 'network' || request === undefined)) return error;
  return unwritable(request) ?? error ?? foreignError(value, target);
}
