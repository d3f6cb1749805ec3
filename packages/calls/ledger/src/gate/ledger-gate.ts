import { priceAt, type CatalogModel, type Price } from '@majordomo/catalog';
import type { AttemptInfo, Denial, Gate, Permit } from '@majordomo/core';
import { mapValue, withTimeout } from '@majordomo/core/toolkit';
import { LEASE_MS } from '../delivery/leases.ts';
import type { Claim, Refusal } from '../contract/store.ts';
import { isMeasuredUnit, type Spender } from '../limits/limit-counters.ts';
import { bookingJob, releaseJob, type GateRequest } from './booking.ts';
import type { LedgerContext } from './context.ts';
import { canAdvance, queuedDenial, storeDownDenial } from './denials.ts';
import { estimate, NO_ESTIMATE, type Estimate } from './estimate.ts';
import type { HeldLimit, ReserveResult } from './held-queue.ts';
import { pageCountsOf, type PageCounts } from './pdf-pages.ts';
import { planClaims } from './plan.ts';
import { refuse, reserveInTime } from './reserve.ts';

/** Maximum number of output tokens that `likely` reserves for a chat without `maxTokens` if too few responses are stored. */
const DEFAULT_OUTPUT = 4096;

/** Creates the gate. It reserves the estimated amounts before each attempt and books the used amounts afterwards. */
export const ledgerGate = (context: LedgerContext): Gate => ({
  name: 'ledger',
  admit: (attempt) => mapValue(requestOf(context, attempt), (request) => admit(context, request)),
});

/** Returns an attempt with its limits and the amounts that it reserves. Returns a promise only if limits, prices or pages are loaded. */
export const requestOf = (context: LedgerContext, attempt: AttemptInfo): GateRequest | Promise<GateRequest> =>
  mapValue(context.models.model(attempt.vendor, attempt.model), (model) =>
    mapValue(pageCountsOf(context.options.media, attempt), (pages) =>
      toRequest(context, attempt, model, pages),
    ),
  );

/** Admits or denies an attempt. Returns a promise only if the store is asynchronous or the call waits for other calls. */
function admit(context: LedgerContext, request: GateRequest): Permit | Denial | Promise<Permit | Denial> {
  const plan = planOf(context, request);
  if ('deny' in plan) return plan;
  if (plan.length === 0) return permit(context, request, plan);
  const { heldQueue } = context;
  // Plan again, because limits and the remaining time of their periods can change while the call waits.
  const again = (): ReserveResult | Promise<ReserveResult> =>
    mapValue(context.limits.countersOfCall(request.spender, request.attempt.call), (counted) => {
      const present = { ...request, counted };
      const next = planOf(context, present);
      return 'deny' in next ? next : reserve(context, present, next);
    });
  // Calls that wait for the same counter arrived earlier, so this call must not be admitted before them.
  const ahead = heldQueue.queuedCounter(plan);
  if (ahead !== undefined) {
    const limit = request.counted.find(({ counter }) => counter === ahead)?.limit;
    if (limit !== undefined && canAdvance(limit, request.attempt)) return queuedDenial(limit);
    return heldQueue.wait(ahead, request.attempt, again);
  }
  return mapValue(reserve(context, request, plan), (reserved) => {
    if (!('heldOn' in reserved)) return reserved;
    return heldQueue.wait(reserved.heldOn, request.attempt, again);
  });
}

/** Returns the claims of an attempt, or the denial if a required amount is unknown. */
export function planOf(
  { clock, options, countedCalls }: LedgerContext,
  { counted, attempt, spender, estimate = NO_ESTIMATE, price }: GateRequest,
): readonly Claim[] | Denial {
  // The first round of a typed call has counted for all its rounds.
  const isCounted = countedCalls.has(attempt.call) || attempt.call.isFurtherRound === true;
  const present = isCounted ? counted.filter(({ limit }) => limit.unit !== 'calls') : counted;
  return planClaims(
    present,
    attempt,
    spender,
    estimate,
    price !== undefined,
    options.unknownPrice,
    clock.now(),
  );
}

function reserve(
  context: LedgerContext,
  request: GateRequest,
  claims: readonly Claim[],
): ReserveResult | Promise<ReserveResult> {
  const { id } = request;
  // If the store does not answer in time, it may still make the reservation. It is released, because the attempt is denied or, if it is
  // admitted, booked under another id.
  return mapValue(reserveInTime(context, { id, claims, leaseMs: LEASE_MS, isReleased: true }), (refusal) => {
    if (refusal === undefined) return permit(context, request, claims);
    if (!('failure' in refusal)) return denialFor(context, request, claims, refusal);
    return context.options.whenDown === 'admit'
      ? permitWhileDown(context, request, claims)
      : storeDownDenial(refusal.failure);
  });
}

function toRequest(
  context: LedgerContext,
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  pages: PageCounts | undefined,
): GateRequest | Promise<GateRequest> {
  const { call, target, vendor } = attempt;
  const spender: Spender = { tenant: call.tenant, vendor, target, metadata: call.metadata };
  return mapValue(context.limits.countersOfCall(spender, call), (counted) => {
    const price = model && priceAt(model, new Date(context.clock.now()));
    const isMeasured = counted.some(({ limit }) => isMeasuredUnit(limit.unit));
    const estimate = isMeasured ? claimOf(context, attempt, model, price, pages) : undefined;
    const id = [call.id, target, attempt.attempt].join('/');
    return { attempt, id, spender, counted, model, price, pages, estimate };
  });
}

/** Returns the amounts that an attempt reserves, at the rates of `tier` or, without one, of the most expensive tier. */
export function claimOf(
  context: LedgerContext,
  attempt: AttemptInfo,
  model: CatalogModel | undefined,
  price: Price | undefined,
  pages: PageCounts | undefined,
  tier?: string,
): Estimate {
  const most = estimate(attempt, model, price, undefined, pages, { tier });
  const wanted = wantedOutput(context, attempt, most.output);
  return wanted === undefined ? most : estimate(attempt, model, price, wanted, pages, { tier });
}

/** Returns the number of output tokens to reserve; `undefined` for the maximum. */
function wantedOutput(
  { answerLengths, options: { reserve: wanted } }: LedgerContext,
  attempt: AttemptInfo,
  most: number | undefined,
): number | undefined {
  if (typeof wanted === 'function') return wanted(attempt);
  if (wanted !== 'likely') return undefined;
  const likely = answerLengths.likely(attempt.target);
  if (likely !== undefined) return likely;
  // A chat with `maxTokens` and every other operation reserve their maximum.
  const isBounded = attempt.payload !== undefined || attempt.request.maxTokens !== undefined;
  return isBounded && most !== undefined ? undefined : Math.min(most ?? Infinity, DEFAULT_OUTPUT);
}

/** Returns the denial for a counter that the store refused, or the counter for which the call waits. */
function denialFor(
  context: LedgerContext,
  { attempt, counted, spender }: GateRequest,
  claims: readonly Claim[],
  refusal: Refusal,
): Denial | HeldLimit {
  const { limit, isHeld, denial } = refuse(context, { counted, spender, claims }, refusal);
  const waits = isHeld && context.options.whenHeld === 'wait' && !canAdvance(limit, attempt);
  return waits ? { heldOn: refusal.counter, denial } : denial;
}

/**
 * Returns the permit of an attempt, which books the used amounts when it is settled. A skipped attempt has sent no request: its
 * claims are released, and it does not count as a call.
 *
 * @param isReserved whether the store contains the claims
 */
function permit(
  context: LedgerContext,
  request: GateRequest,
  claims: readonly Claim[],
  isReserved: boolean = true,
): Permit {
  const { leases, outbox, countedCalls } = context;
  const { id, attempt } = request;
  const lease = claims.length > 0 ? leases.hold(id, attempt) : undefined;
  const isFirst = !countedCalls.has(attempt.call);
  countedCalls.add(attempt.call);
  return {
    settle(outcome) {
      if (lease !== undefined) leases.release(lease);
      if (outcome.outcome === 'skipped' && isFirst) countedCalls.delete(attempt.call);
      if (outcome.outcome !== 'skipped')
        return outbox.send(bookingJob(context, request, claims, outcome, isReserved));
      return claims.length === 0 ? undefined : outbox.send(releaseJob(context, id, claims));
    },
  };
}

/** Returns a permit for an attempt that is admitted while the store is down. Settling waits at most `storeTimeoutMs`. */
function permitWhileDown(context: LedgerContext, request: GateRequest, claims: readonly Claim[]): Permit {
  const { clock, options } = context;
  const granted = permit(context, request, claims, false);
  return {
    async settle(outcome) {
      const booked = Promise.resolve(granted.settle(outcome));
      await withTimeout(booked, options.storeTimeoutMs, clock, { isBackground: true }).catch(() => undefined);
    },
  };
}
