import { LlmError, messageOf } from '@majordomo/core';
import { isTransientFailure } from '@majordomo/core/toolkit';

/** Whether a poll rejects with this error, because a person must act or the caller has aborted the poll. */
export const rejectsPoll = (error: LlmError): boolean =>
  LlmError.is(error, 'auth', 'billing', 'denied', 'config', 'aborted');

/** Whether a repeated request may succeed. */
export const isTransient = (error: LlmError): boolean =>
  isTransientFailure(error) || LlmError.is(error, 'empty');

export const asLlmFailure = (cause: unknown): LlmError =>
  LlmError.is(cause) ? cause : new LlmError('server', messageOf(cause), {}, { cause });

/**
 * Whether the vendor did not accept the request, because it responded with 4xx or the request was not sent. With 408 and 499, a proxy
 * reports that it has lost the vendor's response.
 */
export function isRefusal(error: LlmError): boolean {
  const { status } = error.details;
  if (status !== undefined) return status >= 400 && status < 500 && status !== 408 && status !== 499;
  return !isTransient(error) && error.kind !== 'aborted';
}
