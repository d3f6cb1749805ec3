import { LlmError, type Denial } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';
import type { Claim, Refusal } from '../contract/store.ts';
import { isMeasuredUnit, type LimitCounters, type Spender } from '../limits/limit-counters.ts';
import type { LimitCounter } from '../limits/limit-set.ts';
import type { LedgerContext } from './context.ts';
import { heldDenial, spentDenial } from './denials.ts';

/** Claims of an attempt or of long work. */
interface Reservation {
  readonly id: string;
  readonly claims: readonly Claim[];
  readonly leaseMs: number;
  /** Whether a reservation of unknown result is released, because nothing is booked under its id. */
  readonly isReleased: boolean;
}

/** Failure of a store, which may have made the reservation nevertheless. */
interface Unknown {
  readonly failure: unknown;
}

/**
 * Reserves claims within `storeTimeoutMs`. Returns `undefined` if the store has reserved them. Returns a promise only if the store is
 * asynchronous. Rejects with `invalid-request` if the store can never contain the reservation.
 */
export function reserveInTime(
  context: LedgerContext,
  { id, claims, leaseMs, isReleased }: Reservation,
): Refusal | Unknown | undefined | Promise<Refusal | Unknown | undefined> {
  const { store, clock, options, alerts, unconfirmed } = context;
  const onAnswer = (refusal: Refusal | undefined): Refusal | undefined => {
    alerts.onStoreUp();
    unconfirmed.onStoreUp();
    return refusal;
  };
  const reserving = invoke(() => store.reserve(id, claims, leaseMs));
  if (!(reserving instanceof Promise)) return onAnswer(reserving);
  return withTimeout(reserving, options.storeTimeoutMs, clock).then(onAnswer, (failure: unknown) => {
    // The store cannot contain this reservation, so the store is not down.
    if (LlmError.is(failure, 'invalid-request')) throw failure;
    alerts.onStoreDown(failure);
    if (isReleased) unconfirmed.add(id, claims);
    return { failure };
  });
}

/** Claims that the store has refused. */
interface Refused {
  readonly counted: readonly LimitCounter[];
  readonly spender: Spender;
  readonly claims: readonly Claim[];
}

/** Denial by a limit. */
interface RefusedClaim {
  readonly limit: LimitCounters;
  /** Whether the amount may fit when the attempts in progress have settled. */
  readonly isHeld: boolean;
  readonly denial: Denial;
}

/** Returns the denial for the counter that the store refused. Sends the alert if its limit is spent. */
export function refuse(
  { alertChecks, clock }: LedgerContext,
  { counted, spender, claims }: Refused,
  refusal: Refusal,
): RefusedClaim {
  const { counter, left, held } = refusal;
  const limit = counted.find((one) => one.counter === counter)?.limit;
  if (limit === undefined) throw new Error(`the store refused a counter that was not claimed: ${counter}`);
  const amount = claims.find((claim) => claim.counter === counter)?.amount ?? 0n;
  // Settling a call in progress does not lower the number of requests or calls, so waiting cannot help.
  const isHeld = isMeasuredUnit(limit.unit) && held > 0n && amount <= left + held;
  if (isHeld) return { limit, isHeld, denial: heldDenial(limit, amount, refusal) };
  if (amount <= limit.max) alertChecks.onRefused({ limit, counter, amount, tenant: spender.tenant });
  return { limit, isHeld, denial: spentDenial(limit, amount, refusal, clock.now()) };
}
