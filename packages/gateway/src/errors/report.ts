import { LlmError } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { concernsOperator } from './refusal-of.ts';
import type { Settings } from '../options.ts';
import { Refusal } from './refusal.ts';

/** Calls `onError` with an error that the operator has to resolve. */
export function reportToOperator(thrown: unknown, requestId: string, { onError }: Settings): void {
  const error = thrown instanceof Refusal ? thrown.cause : thrown;
  if (onError === undefined || error === undefined) return;
  if (LlmError.is(thrown) && !concernsOperator(thrown)) return;
  notify(onError, error, { requestId });
}
