import { LlmError, systemClock } from '@majordomo/core';
import { notify, setNewest } from '@majordomo/core/toolkit';
import { concernsOperator } from './refusal-of.ts';
import { Refusal } from './refusal.ts';

/** Minimum time between two reports of the same failure, in milliseconds, by error code. Other failures are always reported. */
const QUIET_MS: Readonly<Record<string, number>> = {
  'books-down': 60_000,
  'key-store-down': 60_000,
  'no-bound': Infinity,
};
const MAX_REPORTS = 1000;

/** Times of the reports to the operator, by error code and target. */
export class OperatorReports {
  private readonly times = new Map<string, number>();

  /** Returns whether the failure has to be reported. Records the time if the failure has a minimum time between reports. */
  isNew(error: unknown): boolean {
    const { code = '', target = '' } = LlmError.is(error) ? causeOf(error).details : {};
    const quietMs = QUIET_MS[code];
    if (quietMs === undefined) return true;
    const id = `${code} ${target}`;
    const now = systemClock.now();
    // Without an earlier report, the sum is -Infinity, or NaN with an infinite minimum, and neither exceeds `now`.
    if ((this.times.get(id) ?? -Infinity) + quietMs > now) return false;
    setNewest(this.times, id, now, MAX_REPORTS);
    return true;
  }
}

/** Returns the error of the last failed attempt if the error itself has no code, otherwise the error itself. */
const causeOf = (error: LlmError): LlmError =>
  error.details.code === undefined
    ? (error.details.attempts.findLast((attempt) => attempt.error !== undefined)?.error ?? error)
    : error;

/** Option `onError` of the gateway, and the earlier reports. */
interface Operator {
  readonly onError?: ((error: unknown, about: { readonly requestId: string }) => void) | undefined;
  readonly reports: OperatorReports;
}

/**
 * Calls `onError` if the operator has to resolve the error, unless the same failure was reported recently. Of a refusal, only the cause is
 * reported. A refusal without a cause concerns only the client.
 */
export function reportToOperator(thrown: unknown, requestId: string, { onError, reports }: Operator): void {
  const error = thrown instanceof Refusal ? thrown.cause : thrown;
  if (onError === undefined || error === undefined) return;
  if (LlmError.is(thrown) && !concernsOperator(thrown)) return;
  if (reports.isNew(error)) notify(onError, error, { requestId });
}
