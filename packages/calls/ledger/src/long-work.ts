import { priceAt, type Price } from '@majordomo/catalog';
import { LlmError, type AttemptInfo, type Denial } from '@majordomo/core';
import { notify, withTimeout } from '@majordomo/core/toolkit';
import type { Amount, LongWork, UsedAmount } from './contract/ledger.ts';
import type { Refusal } from './contract/store.ts';
import type { LedgerContext } from './gate/context.ts';
import { heldDenial, storeDownDenial } from './gate/denials.ts';
import { claimOf, denySpent, refusedClaim } from './gate/ledger-gate.ts';
import { pageCountsOf } from './gate/pdf-pages.ts';
import { planClaims } from './gate/plan.ts';
import { recordOf } from './gate/spend-record.ts';
import { tokensOf } from './gate/usage.ts';
import type { Amounts, Spender } from './limits/limit-counters.ts';
import type { LimitCounter } from './limits/limit-set.ts';

/** Lease of the empty reservation that `settleWork` makes if the store has no reservation for the work, in milliseconds. */
const LEASE_MS = 86_400_000;

export async function estimateAmount(
  context: LedgerContext,
  attempt: AttemptInfo,
  tier: string | undefined,
): Promise<Amount> {
  const model = await context.prices.model(attempt.vendor, attempt.model);
  const pages = await pageCountsOf(context.options.media, attempt);
  const price = model && priceAt(model, new Date(context.clock.now()));
  const { input, output, nanoUsd } = claimOf(context, attempt, model, price, pages, tier);
  return { requests: 1, input, output, nanoUsd };
}

export async function reserveWork(
  context: LedgerContext,
  work: LongWork,
  most: Amount,
  leaseMs: number,
): Promise<Denial | undefined> {
  const { store, clock, options, alerts } = context;
  const now = clock.now();
  const { counted, spender } = countersOf(context, work);
  const claimed = { ...most, isByUnit: false };
  const isPriced = (await currentPrice(context, work)) !== undefined;
  const claims = planClaims(counted, work, spender, claimed, isPriced, options.unknownPrice, now);
  if ('deny' in claims) return claims;
  if (claims.length === 0) return undefined;
  const reserve = async (): Promise<Refusal | undefined> => {
    const refusal = await store.reserve(work.id, claims, leaseMs);
    // A repeated `reserve` with the same id does not extend the lease.
    if (refusal === undefined) await store.renew(work.id, leaseMs);
    return refusal;
  };
  try {
    const refusal = await withTimeout(reserve(), options.storeTimeoutMs, clock);
    alerts.onStoreUp();
    if (refusal === undefined) return undefined;
    const { limit, amount, isHeld } = refusedClaim(counted, claims, refusal);
    return isHeld
      ? heldDenial(limit, amount, refusal)
      : denySpent(context, { spender }, limit, amount, refusal);
  } catch (error) {
    // The store cannot contain this reservation, so the store is not down.
    if (LlmError.is(error, 'invalid-request')) throw error;
    alerts.onStoreDown(error);
    return options.whenDown === 'admit' ? undefined : storeDownDenial(error);
  }
}

export async function settleWork(context: LedgerContext, work: LongWork, used: UsedAmount): Promise<void> {
  const { store, clock, prices, limits, options, alerts, heldQueue } = context;
  // Check the records, because a store deletes settled reservations earlier than their records.
  for await (const { id } of store.records({ call: work.call.id })) if (id === work.id) return;
  const { counted, spender } = countersOf(context, work);
  const now = clock.now();
  const amounts = amountsOf(used);
  const { outcome, ms, usage, cost } = used;
  const record = recordOf(work, { outcome, ms }, usage, cost, {
    id: work.id,
    at: new Date(now).toISOString(),
    tags: limits.tagKeys(),
    catalog: prices.date,
    effect: undefined,
  });
  if (counted.length > 0) {
    // The empty reservation has no effect if the store already has a reservation for the work.
    const empty = counted.map(({ limit, counter }) => limit.emptyClaim(counter, spender, now));
    await store.reserve(work.id, empty, LEASE_MS);
    await store.settle(
      work.id,
      counted.map(({ limit, counter }) => ({ counter, amount: amounts[limit.unit] })),
    );
    heldQueue.onRelease(counted.map(({ counter }) => counter));
  }
  await store.append(record);
  notify(options.onRecord, record);
  if (options.onAlert === undefined) return;
  if (cost.basis === 'unknown') alerts.onUnpriced(work.target, cost.missing);
  const { tenant } = spender;
  for (const { limit, counter } of counted)
    void context.outbox.send({
      run: () => alerts.onBooked({ limit, counter, amount: amounts[limit.unit], tenant }),
    });
}

async function currentPrice(
  { prices, clock }: LedgerContext,
  { vendor, model }: LongWork,
): Promise<Price | undefined> {
  const known = await prices.model(vendor, model);
  return known && priceAt(known, new Date(clock.now()));
}

function countersOf(
  { limits }: LedgerContext,
  { call, vendor, target }: LongWork,
): { readonly counted: readonly LimitCounter[]; readonly spender: Spender } {
  const spender: Spender = { tenant: call.tenant, vendor, target, metadata: call.metadata };
  return { counted: limits.countersFor(spender, call), spender };
}

function amountsOf({ requests, usage, cost }: UsedAmount): Amounts {
  const tokens = (tokensOf(usage?.input) ?? 0) + (tokensOf(usage?.output) ?? 0);
  return {
    calls: BigInt(requests),
    requests: BigInt(requests),
    tokens: BigInt(tokens),
    usd: cost.basis === 'included' ? 0n : (cost.nanoUsd ?? 0n),
  };
}
