import { LlmError } from '@majordomo/core';
import type { Settings } from '../options.ts';
import { Refusal } from '../refusal.ts';

/** Tells the operator what a client may not know, and what no event of a call tells. */
export function tellOperator(thrown: unknown, requestId: string, { onError }: Settings): void {
  const error = thrown instanceof Refusal ? thrown.cause : thrown;
  if (onError === undefined || error === undefined || LlmError.is(thrown)) return;
  try {
    onError(error, { requestId });
  } catch {
    // A guest's, and nobody is left to tell.
  }
}
