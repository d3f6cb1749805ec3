import { mayBeBilled } from '@majordomo/catalog';
import { LlmError } from '@majordomo/core';
import { isNotConnected } from '@majordomo/core/toolkit';

/** Whether the vendor may have received a start that has failed. A start that majordomo stopped was sent before. */
export function isUnknownStart(error: LlmError): boolean {
  const { kind, details } = error;
  // A vendor that reports an error with the status 200, in place of a job, has started none.
  if (details.status === undefined && (kind === 'server' || kind === 'overloaded')) return false;
  const isTimeout = kind === 'timeout' && details.status === undefined && !isNotConnected(details.code);
  const isStopped = kind === 'aborted' || isTimeout;
  return mayBeBilled({ outcome: 'failed', error, stopped: isStopped || undefined });
}

/** Returns the error of a job that the vendor has started. An invalid credential is then the vendor's own. */
export const startedError = (error: LlmError): LlmError =>
  LlmError.is(error, 'auth', 'billing')
    ? new LlmError('server', error.message, error.details, { cause: error })
    : error;

/** Returns the error of a vendor that has ended a job without a video. */
export const noVideoError = (target: string): LlmError =>
  new LlmError('empty', `${target} returned no video`, { target });
