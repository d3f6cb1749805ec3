import { notify } from '@majordomo/core/toolkit';
import type { SpendRecord } from './contract/record.ts';
import type { LedgerContext } from './gate/context.ts';
import type { Amounts, Spender } from './limits/limit-counters.ts';
import type { LimitCounter } from './limits/limit-set.ts';

/** Lease of the empty reservation with which a booking begins, in milliseconds. Its id lets the store detect repeated bookings. */
const LEASE_MS = 86_400_000;

/** Amounts and record of an entry or of long work. */
interface Booking {
  readonly record: SpendRecord;
  readonly counted: readonly LimitCounter[];
  readonly spender: Pick<Spender, 'tenant'>;
  readonly amounts: Amounts;
  /** Whether the id is new, so that the store has no record of it. */
  readonly isNew: boolean;
}

/** Books amounts and stores their record once per id. Rejects if the store fails; a repetition continues. */
export function bookOnce(context: LedgerContext, booking: Booking): Promise<void> {
  const { bookings } = context;
  const { id } = booking.record;
  const running = bookings.get(id) ?? book(context, booking).finally(() => bookings.delete(id));
  bookings.set(id, running);
  return running;
}

async function book(
  { store, clock, options, heldQueue, alertChecks }: LedgerContext,
  { record, counted, spender, amounts, isNew }: Booking,
): Promise<void> {
  const { id, call } = record;
  // Check the records, because a store deletes settled reservations earlier than their records.
  if (!isNew) for await (const known of store.records({ call })) if (known.id === id) return;
  const booked = counted.map(({ limit, counter }) => ({ limit, counter, amount: amounts[limit.unit] }));
  if (booked.length > 0) {
    const now = clock.now();
    // The empty reservation has no effect if the store already has a reservation of this id.
    const empty = booked.map(({ limit, counter }) => limit.emptyClaim(counter, spender, now));
    await store.reserve(id, empty, LEASE_MS);
    await store.settle(id, booked);
    heldQueue.onRelease(booked.map(({ counter }) => counter));
  }
  await store.append(record);
  notify(options.onRecord, record);
  for (const one of booked) alertChecks.onBooked({ ...one, tenant: spender.tenant });
}
