import { LlmError, systemClock } from '@majordomo/core';
import { notify } from '@majordomo/core/toolkit';
import { concernsOperator } from './refusal-of.ts';
import { Refusal } from './refusal.ts';

/** Time for which a repeated failure of a store is not reported again, in milliseconds. */
const QUIET_MS: Readonly<Record<string, number>> = {
  'books-down': 60_000,
  'key-store-down': 60_000,
  'no-bound': Infinity,
};
const MAX_REPORTS = 1000;

/** Failures that were reported to the operator, and the times of the reports. */
export class OperatorReports {
  private readonly times = new Map<string, number>();

  /** Whether the failure has not been reported recently. If so, records it as reported. */
  isNew(error: unknown): boolean {
    const { code = '', target = '' } = LlmError.is(error) ? causeOf(error).details : {};
    const quietMs = QUIET_MS[code];
    if (quietMs === undefined) return true;
    const id = `${code} ${target}`;
    const now = systemClock.now();
    if ((this.times.get(id) ?? -Infinity) + quietMs > now) return false;
    this.times.set(id, now);
    const [oldest] = this.times.keys();
    if (this.times.size > MAX_REPORTS && oldest !== undefined) this.times.delete(oldest);
    return true;
  }
}

/** Returns the error of the last failed attempt if the error itself has no code; otherwise the error itself. */
const causeOf = (error: LlmError): LlmError =>
  error.details.code === undefined
    ? (error.details.attempts.findLast((attempt) => attempt.error !== undefined)?.error ?? error)
    : error;

/** Receiver of the reports: the gateway's option `onError`, and the earlier reports. */
interface Operator {
  readonly onError?: ((error: unknown, about: { readonly requestId: string }) => void) | undefined;
  readonly reports: OperatorReports;
}

/** Calls `onError` with an error that the operator has to resolve. */
export function reportToOperator(thrown: unknown, requestId: string, { onError, reports }: Operator): void {
  const error = thrown instanceof Refusal ? thrown.cause : thrown;
  if (onError === undefined || error === undefined) return;
  if (LlmError.is(thrown) && !concernsOperator(thrown)) return;
  if (reports.isNew(error)) notify(onError, error, { requestId });
}
