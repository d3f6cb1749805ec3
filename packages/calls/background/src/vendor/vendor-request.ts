import { LlmError, type BatchContext, type Clock } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';

/** Maximum time of a request to a vendor's job API, in milliseconds. */
const CONNECT_MS = 60_000;

/** Whether a person must act before the job can continue. */
export const needsPerson = (error: unknown): boolean =>
  LlmError.is(error, 'auth', 'billing', 'denied', 'config');

/** Clock, limit and signal of a request. */
export interface RequestLimits {
  readonly clock: Clock;
  /** Maximum time of the request, in milliseconds. 0 disables it. `@default 60_000` */
  readonly connectMs: number | undefined;
  readonly signal: AbortSignal;
}

/** Returns the result of a request to a vendor's job API. Rejects with `timeout` if the vendor does not respond in time. */
export function sendRequest<T>(
  context: BatchContext,
  { clock, connectMs = CONNECT_MS, signal }: RequestLimits,
  run: (own: BatchContext) => Promise<T>,
): Promise<T> {
  const { target } = context;
  const late = new AbortController();
  const cancel = clock.timer(connectMs === 0 ? Infinity : connectMs, () => {
    const why = `${target}: the job API did not respond within ${connectMs} ms; raise timeouts.connectMs`;
    late.abort(new LlmError('timeout', why, { target, phase: 'connect' }));
  });
  const own = AbortSignal.any([context.signal, signal, late.signal]);
  return abortable(run({ ...context, signal: own }), own).finally(cancel);
}
