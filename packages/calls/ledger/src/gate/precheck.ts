import type { AttemptInfo, Denial } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { CounterState } from '../contract/store.ts';
import { isMeasuredUnit } from '../limits/limit-counters.ts';
import type { LedgerContext } from './context.ts';
import { storeDownDenial } from './denials.ts';
import { planOf, requestOf } from './ledger-gate.ts';
import { refuse } from './reserve.ts';

/**
 * Returns the denial of an attempt that a limit does not allow even after all calls in progress have ended. Reads the counters and
 * reserves nothing. The request may be incomplete, because the complete request claims at least the same amounts.
 */
export async function precheck(context: LedgerContext, attempt: AttemptInfo): Promise<Denial | undefined> {
  const { store, clock, options, alerts } = context;
  const request = await requestOf(context, attempt);
  const plan = planOf(context, request);
  if ('deny' in plan) return plan;
  let states: readonly CounterState[];
  try {
    const reading = Promise.all(plan.map(async ({ counter }) => store.counters(counter)));
    states = (await withTimeout(reading, options.storeTimeoutMs, clock)).flat();
  } catch (error) {
    alerts.onStoreDown(error);
    return options.whenDown === 'admit' ? undefined : storeDownDenial(error);
  }
  for (const { counter, amount, max } of plan) {
    const limit = request.counted.find((one) => one.counter === counter)?.limit;
    if (limit === undefined) continue;
    const state = states.find((one) => one.counter === counter);
    const { used, held, resetsAt } = state ?? { used: 0n, held: 0n, resetsAt: undefined };
    // Calls in progress may use less money and fewer tokens than they hold. They never lower the number of requests or calls.
    const taken = isMeasuredUnit(limit.unit) ? used : used + held;
    if (taken + amount <= max) continue;
    const retryAfterMs = resetsAt === undefined ? undefined : Math.max(0, resetsAt - clock.now());
    // Only messages about held amounts contain `holders`, and this denial is never one of them.
    const refusal = { counter, left: max - used - held, held, holders: 0, retryAfterMs };
    return refuse(context, { ...request, claims: plan }, refusal).denial;
  }
  return undefined;
}
