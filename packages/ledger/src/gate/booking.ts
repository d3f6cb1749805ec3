import type { Attempt, AttemptInfo } from '@majordomo/core';
import type { CatalogModel, Price } from '@majordomo/catalog';
import { notify, mapValue } from '@majordomo/core/toolkit';
import { LEASE_MS } from '../books/leases.ts';
import type { Job } from '../books/outbox.ts';
import type { Claim, LedgerStore } from '../contract/store.ts';
import type { Spender } from '../limits/bound.ts';
import type { Counted } from '../limits/limit-book.ts';
import { MOST } from '../limits/money.ts';
import type { LedgerContext } from './context.ts';
import { estimate, UNMEASURED, type Estimate } from './estimate.ts';
import type { PageCounts } from './pdf-pages.ts';
import { recordOf } from './spend-record.ts';
import { costFor, usageOf, usedBy } from './used.ts';

/** Attempt that requests admission. */
export interface Request {
  readonly attempt: AttemptInfo;
  readonly id: string;
  readonly spender: Spender;
  readonly counted: readonly Counted[];
  readonly model: CatalogModel | undefined;
  readonly price: Price | undefined;
  readonly pages: PageCounts | undefined;
  /** `undefined` if no limit needs it. */
  readonly claimed: Estimate | undefined;
}

/** Releases the claims of an attempt that did not take place. */
export const releasing = (
  { store, heldQueue }: LedgerContext,
  id: string,
  claims: readonly Claim[],
): Job => ({
  run: () =>
    mapValue(store.settle(id, []), () => {
      heldQueue.released(claims.map(({ counter }) => counter));
    }),
});

/**
 * Books one attempt.
 *
 * @param isReserved false if the store was down when the attempt was admitted
 */
export function booking(
  context: LedgerContext,
  { attempt, id, spender, counted, model, price, pages, claimed }: Request,
  claims: readonly Claim[],
  outcome: Attempt,
  isReserved: boolean,
): Job {
  const { store, prices, options, limits, alerts, clock, heldQueue } = context;
  const usage = usageOf(outcome, attempt);
  const isEstimated = outcome.stopped === true && usage === undefined;
  const bounds = claimed ?? (isEstimated ? estimate(attempt, model, price, undefined, pages) : UNMEASURED);
  const cost = costFor(outcome, usage, price, attempt, bounds);
  const amounts = usedBy(outcome, usage, cost, bounds);
  const at = new Date(clock.now()).toISOString();
  const record = recordOf(attempt, outcome, usage, cost, {
    id,
    at,
    tags: limits.keptKeys(),
    catalog: prices.date,
  });
  const booked = claimedOf(counted, claims).map(({ bound, counter }) => ({
    bound,
    counter,
    amount: amounts[bound.unit],
    tenant: spender.tenant,
  }));
  if (options.reserve === 'likely' && usage?.output !== undefined && outcome.outcome === 'finished')
    context.answers.saw(attempt.target, usage.output);

  const tellAll = (): void => {
    alerts.up();
    notify(options.onRecord, record);
    if (options.onAlert === undefined) return;
    // A failed attempt has no usage for its own reasons.
    if (cost.basis === 'unknown' && (usage !== undefined || outcome.outcome === 'finished'))
      alerts.unpriced(attempt.target, cost.missing);
    if (cost.driftNanoUsd !== undefined) alerts.drift(attempt.target, cost.driftNanoUsd, cost.nanoUsd ?? 0n);
    for (const one of booked) void context.outbox.send({ run: () => alerts.booked(one) });
  };
  const settle = (): void | Promise<void> =>
    mapValue(store.settle(id, booked), () => {
      heldQueue.released(booked.map(({ counter }) => counter));
    });
  return {
    run() {
      if (claims.length === 0) return mapValue(store.append(record), tellAll);
      const reserved = isReserved ? undefined : reserveNothing(store, id, booked, clock.now());
      return mapValue(mapValue(reserved, settle), () => mapValue(store.append(record), tellAll));
    },
    lost(error) {
      alerts.unrecorded(record, error);
    },
  };
}

/** Makes an id known to the store, so that what was used without a reservation can be settled. */
function reserveNothing(
  store: LedgerStore,
  id: string,
  booked: readonly (Counted & Pick<Spender, 'tenant'>)[],
  now: number,
): void | Promise<void> {
  const claims = booked.map(({ bound, counter, tenant }) => ({
    ...bound.claim(counter, 0n, { tenant }, now),
    max: MOST,
  }));
  return mapValue(store.reserve(id, claims, LEASE_MS), () => undefined);
}

/** Not every limit counts every attempt. */
function claimedOf(counted: readonly Counted[], claims: readonly Claim[]): readonly Counted[] {
  if (claims.length === counted.length) return counted;
  return counted.filter(({ counter }) => claims.some((claim) => claim.counter === counter));
}
