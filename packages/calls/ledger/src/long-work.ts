import { priceAt, type Price } from '@majordomo/catalog';
import type { AttemptInfo, Denial } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';
import { bookOnce } from './book-once.ts';
import type { Amount, LongWork, UsedAmount } from './contract/ledger.ts';
import type { Claim } from './contract/store.ts';
import type { LedgerContext } from './gate/context.ts';
import { storeDownDenial } from './gate/denials.ts';
import { claimOf } from './gate/ledger-gate.ts';
import { pageCountsOf } from './gate/pdf-pages.ts';
import { planClaims } from './gate/plan.ts';
import { refuse, reserveInTime } from './gate/reserve.ts';
import { recordOf } from './gate/spend-record.ts';
import { tokensOf, type BookedCost } from './gate/usage.ts';
import type { Amounts, Spender } from './limits/limit-counters.ts';
import type { LimitCounter } from './limits/limit-set.ts';
import { MAX_AMOUNT } from './limits/money.ts';

/**
 * Time between the limit of long work and the expiry of its reservation, in milliseconds. Work that ends at its limit is settled
 * later, for example with the next poll, and an expired reservation counts as spent until then.
 */
const MARGIN_MS = 7_200_000;

/** Returns the maximum amount of long work, such as a batch or a job, which runs longer than a call and in several processes. */
export async function estimateAmount(
  context: LedgerContext,
  attempt: AttemptInfo,
  tier: string | undefined,
): Promise<Amount> {
  const model = await context.models.model(attempt.vendor, attempt.model);
  const pages = await pageCountsOf(context.options.media, attempt);
  const price = model && priceAt(model, new Date(context.clock.now()));
  const { input, output, nanoUsd } = claimOf(context, attempt, model, price, pages, tier);
  return { requests: 1, input, output, nanoUsd: nanoUsd?.toString() };
}

/** Reserves the amount of work for `limitMs` milliseconds. Returns the denial if a limit does not allow it. */
export async function reserveWork(
  context: LedgerContext,
  work: LongWork,
  most: Amount,
  limitMs: number,
): Promise<Denial | undefined> {
  const { store, clock, options, outbox } = context;
  const { counted, spender } = await countersOf(context, work);
  const { requests, input, output, nanoUsd } = most;
  const usd = nanoUsd === undefined ? undefined : BigInt(nanoUsd);
  // The amount has tokens, so no limit of tokens treats the work as billed by another unit.
  const claimed = { requests, input, output, nanoUsd: usd, isByUnit: false };
  const leaseMs = limitMs + MARGIN_MS;
  const isPriced = (await currentPrice(context, work)) !== undefined;
  const plan = (): readonly Claim[] | Denial =>
    planClaims(counted, work, spender, claimed, isPriced, options.unknownPrice, clock.now());
  const claims = plan();
  if ('deny' in claims) return claims;
  if (claims.length === 0) return undefined;
  const { id } = work;
  // Denied work books nothing later, so a reservation that the store makes late is released.
  const isDenied = options.whenDown === 'deny';
  const refusal = await reserveInTime(context, { id, claims, leaseMs, isReleased: isDenied });
  if (refusal === undefined) return undefined;
  if (!('failure' in refusal)) return refuse(context, { counted, spender, claims }, refusal).denial;
  if (isDenied) return storeDownDenial(refusal.failure);
  // The work is admitted, so reserve its amounts when the store answers, also above the limit.
  const reserveLate = async (): Promise<void> => {
    const late = plan();
    if (!('deny' in late)) await store.reserve(id, late.map(withoutMaximum), leaseMs);
  };
  void outbox.send({ run: reserveLate });
  return undefined;
}

/** Renews the lease of work that runs. If the store fails, the caller's next call renews it. */
export async function renewWork(
  { store, clock, options, alerts }: LedgerContext,
  { id }: LongWork,
  limitMs: number,
): Promise<void> {
  const renewing = Promise.resolve(invoke(() => store.renew(id, limitMs + MARGIN_MS)));
  await withTimeout(renewing, options.storeTimeoutMs, clock).catch((error: unknown) => {
    alerts.onStoreDown(error);
  });
}

/** Replaces the reservation of work with what it has used. A repetition books nothing. */
export async function settleWork(context: LedgerContext, work: LongWork, used: UsedAmount): Promise<void> {
  const { store, clock, models, limits, alerts } = context;
  const { counted, spender } = await countersOf(context, work);
  // The work may have a reservation on limits that have been removed since.
  if (counted.length === 0) await store.settle(work.id, []);
  const { outcome, ms, requests, usage } = used;
  const cost = 'most' in used ? reservedCost(work, used.most) : used.cost;
  // Only the basis `estimate` states that the usage omits requests. With another basis, the missing output states it.
  const isPartial = 'most' in used && cost.basis !== 'estimate';
  const recorded = isPartial ? usage && { ...usage, output: undefined } : usage;
  const record = recordOf(work, { outcome, ms }, recorded, cost, {
    id: work.id,
    at: new Date(clock.now()).toISOString(),
    tags: limits.tagKeys(),
    catalog: models.date,
    effect: undefined,
    requests,
  });
  await bookOnce(context, {
    record,
    counted,
    spender,
    amounts: amountsOf(used, cost),
    // Another process may have settled the work.
    isNew: false,
  });
  if (cost.basis === 'unknown') alerts.onUnpriced(work.target, cost.missing);
}

/** Returns the cost of work that has used its complete reservation. */
function reservedCost({ billing }: LongWork, { nanoUsd }: Amount): BookedCost {
  if (billing === 'included') return { nanoUsd: undefined, basis: 'included', missing: [] };
  if (nanoUsd === undefined) return { nanoUsd: undefined, basis: 'unknown', missing: ['no price'] };
  const missing = ['no usage, or no price, of some requests: the complete reservation counts'];
  return { nanoUsd: BigInt(nanoUsd), basis: 'estimate', missing };
}

const withoutMaximum = (claim: Claim): Claim => ({ ...claim, max: MAX_AMOUNT });

async function currentPrice(
  { models, clock }: LedgerContext,
  { vendor, model }: LongWork,
): Promise<Price | undefined> {
  const known = await models.model(vendor, model);
  return known && priceAt(known, new Date(clock.now()));
}

async function countersOf(
  { limits }: LedgerContext,
  { call, vendor, target }: LongWork,
): Promise<{ readonly counted: readonly LimitCounter[]; readonly spender: Spender }> {
  const spender: Spender = { tenant: call.tenant, vendor, target, metadata: call.metadata };
  return { counted: await limits.countersOfCall(spender, call), spender };
}

/**
 * Returns the amounts to book. Work whose usage is not completely known counts with its reserved tokens, or more if it has used
 * more.
 */
function amountsOf(used: UsedAmount, cost: BookedCost): Amounts {
  const { requests, usage } = used;
  const { input, output = 0 } = 'most' in used ? used.most : { input: 0 };
  const inputTokens = Math.max(input, tokensOf(usage?.input) ?? 0);
  const outputTokens = Math.max(output, tokensOf(usage?.output) ?? 0);
  return {
    calls: BigInt(requests),
    requests: BigInt(requests),
    tokens: BigInt(inputTokens) + BigInt(outputTokens),
    usd: cost.basis === 'included' ? 0n : (cost.nanoUsd ?? 0n),
  };
}
