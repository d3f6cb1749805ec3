import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import { cacheEffect, costsMaximum, type CatalogModel, type Price } from '@majordomo/catalog';
import { notify, mapValue } from '@majordomo/core/toolkit';
import { LEASE_MS } from '../delivery/leases.ts';
import type { StoreJob } from '../delivery/outbox.ts';
import type { Claim, LedgerStore } from '../contract/store.ts';
import type { Spender } from '../limits/limit-counters.ts';
import type { LimitCounter } from '../limits/limit-set.ts';
import type { LedgerContext } from './context.ts';
import { estimate, NO_ESTIMATE, type Estimate } from './estimate.ts';
import type { PageCounts } from './pdf-pages.ts';
import { recordOf } from './spend-record.ts';
import { amountsOf, bookedCost, usageOf, type BookedCost } from './usage.ts';

/** Attempt that requests admission. */
export interface GateRequest {
  readonly attempt: AttemptInfo;
  /** Id of the reservation and of the record: `<call>/<target>/<attempt>`. */
  readonly id: string;
  readonly spender: Spender;
  /** Counters of the limits that match the attempt. */
  readonly counted: readonly LimitCounter[];
  readonly model: CatalogModel | undefined;
  readonly price: Price | undefined;
  readonly pages: PageCounts | undefined;
  /** Amounts to reserve for the attempt; `undefined` if no limit needs an estimate. */
  readonly estimate: Estimate | undefined;
}

/** Creates a job that releases the claims of an attempt that was not started. */
export const releaseJob = (
  { store, heldQueue }: LedgerContext,
  id: string,
  claims: readonly Claim[],
): StoreJob => ({
  run: () =>
    mapValue(store.settle(id, []), () => {
      heldQueue.onRelease(claims.map(({ counter }) => counter));
    }),
});

/**
 * Creates a job that books one attempt.
 *
 * @param isReserved false if the store was down when the attempt was admitted
 */
export function bookingJob(
  context: LedgerContext,
  { attempt, id, spender, counted, model, price, pages, estimate: upperBounds }: GateRequest,
  claims: readonly Claim[],
  outcome: Attempt,
  isReserved: boolean,
): StoreJob {
  const { store, models, options, limits, alerts, alertChecks, clock, heldQueue } = context;
  const usage = usageOf(outcome, attempt);
  const isFinished = outcome.outcome === 'finished';
  const needsMaximum = costsMaximum(outcome, usage);
  const bounds =
    upperBounds ?? (needsMaximum ? estimate(attempt, model, price, undefined, pages) : NO_ESTIMATE);
  const cost = bookedCost(outcome, usage, price, attempt, bounds);
  const amounts = amountsOf(outcome, usage, cost, bounds);
  const at = new Date(clock.now()).toISOString();
  const record = recordOf(attempt, outcome, usage, withNote(cost, usage), {
    id,
    at,
    tags: limits.tagKeys(),
    catalog: models.date,
    effect: attempt.billing === 'included' ? undefined : cacheEffect(usage, price),
  });
  const claimed = new Set(claims.map(({ counter }) => counter));
  const booked = counted
    .filter(({ counter }) => claimed.has(counter))
    .map(({ limit, counter }) => ({
      limit,
      counter,
      amount: amounts[limit.unit],
      tenant: spender.tenant,
    }));
  if (options.reserve === 'likely' && isFinished && usage?.output !== undefined)
    context.answerLengths.add(attempt.target, usage.output);

  const onStored = (): void => {
    alerts.onStoreUp();
    notify(options.onRecord, record);
    if (options.onAlert === undefined) return;
    // A failed attempt usually has no usage, so its unknown cost needs no alert.
    const mustHaveCost = isFinished || usage !== undefined;
    if (mustHaveCost && cost.basis === 'unknown') alerts.onUnpriced(attempt.target, cost.missing);
    if (cost.driftNanoUsd !== undefined)
      alerts.onDrift(attempt.target, cost.driftNanoUsd, cost.nanoUsd ?? 0n);
    for (const one of booked) alertChecks.onBooked(one);
  };
  // Without a reservation, use another id. A late reservation of the attempt's id is released and cannot be settled afterwards.
  const reservation = isReserved ? id : `${id}/unreserved`;
  const settle = (): void | Promise<void> =>
    mapValue(store.settle(reservation, booked), () => {
      heldQueue.onRelease(booked.map(({ counter }) => counter));
    });
  return {
    run() {
      if (claims.length === 0) return mapValue(store.append(record), onStored);
      const reserved = isReserved ? undefined : reserveNothing(store, reservation, booked, clock.now());
      return mapValue(mapValue(reserved, settle), () => mapValue(store.append(record), onStored));
    },
    onLost(error) {
      alerts.onUnrecorded(record, error);
    },
  };
}

/** Adds a note to an unknown cost if the reserved amounts are booked on the limits. */
const withNote = (cost: BookedCost, usage: Usage | undefined): BookedCost =>
  usage === undefined && cost.basis === 'unknown'
    ? { ...cost, missing: [...cost.missing, 'limits count the complete reservation'] }
    : cost;

/** Reserves empty claims under the id, so that the store can settle amounts that were used without a reservation. */
function reserveNothing(
  store: LedgerStore,
  id: string,
  booked: readonly (LimitCounter & Pick<Spender, 'tenant'>)[],
  now: number,
): void | Promise<void> {
  const claims = booked.map(({ limit, counter, tenant }) => limit.emptyClaim(counter, { tenant }, now));
  return mapValue(store.reserve(id, claims, LEASE_MS), () => undefined);
}
