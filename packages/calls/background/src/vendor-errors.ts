import { LlmError } from '@majordomo/core';

/** Whether the vendor may have received a request that has failed. */
export function isUnknownStart({ kind, details: { status, code } }: LlmError): boolean {
  if (status !== undefined) return [408, 499, 502, 504].includes(status);
  const wasSent = !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code ?? '');
  return wasSent && ['network', 'timeout', 'truncated', 'protocol', 'aborted'].includes(kind);
}

/** Returns the error of a job that the vendor has started. An invalid credential is then the vendor's own. */
export const startedError = (error: LlmError): LlmError =>
  LlmError.is(error, 'auth', 'billing')
    ? new LlmError('server', error.message, error.details, { cause: error })
    : error;

/** Returns the error of a vendor that has ended a job without a video. */
export const noVideoError = (target: string): LlmError =>
  new LlmError('empty', `${target} returned no video`, { target });
