import { LlmError } from '../../contract/llm-error.ts';

/** A reader that stumbles has met a shape that it does not know: the response drifted, whatever the reader throws. */
export function drifted(error: unknown, target: string): LlmError {
  if (LlmError.is(error)) return error;
  const message = `${target} sent what its reader does not know`;
  return new LlmError('protocol', message, { target, path: '' }, { cause: error });
}
