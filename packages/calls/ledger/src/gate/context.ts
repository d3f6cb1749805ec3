import type { CallInfo, Clock } from '@majordomo/core';
import type { AlertCheckQueue } from '../alerts/alert-check-queue.ts';
import type { Alerts } from '../alerts/alerts.ts';
import type { Leases } from '../delivery/leases.ts';
import type { Outbox } from '../delivery/outbox.ts';
import type { UnconfirmedReservations } from '../delivery/unconfirmed.ts';
import type { LedgerOptions } from '../contract/ledger.ts';
import type { LedgerStore } from '../contract/store.ts';
import type { LimitSet } from '../limits/limit-set.ts';
import type { AnswerLengths } from './answer-lengths.ts';
import type { HeldQueue } from './held-queue.ts';
import type { ModelCache } from './model-cache.ts';

/** State that all functions of a ledger share. */
export interface LedgerContext {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly limits: LimitSet;
  readonly models: ModelCache;
  /** Writes that are retried until the store accepts them. */
  readonly outbox: Outbox;
  /** Reservations that the store may have made although nothing is booked on them. */
  readonly unconfirmed: UnconfirmedReservations;
  /** Claims of running attempts. */
  readonly leases: Leases;
  readonly alerts: Alerts;
  /** Checks of counters for alerts. */
  readonly alertChecks: AlertCheckQueue;
  /** Bookings in progress of entries and of long work, by the id of their record. */
  readonly bookings: Map<string, Promise<void>>;
  /** Lengths of earlier answers, for `reserve: 'likely'`. */
  readonly answerLengths: AnswerLengths;
  /** Calls that wait until other calls settle, for `whenHeld: 'wait'`. */
  readonly heldQueue: HeldQueue;
  /** Calls with an admitted attempt. Their further attempts do not count toward limits of calls. */
  readonly countedCalls: WeakSet<CallInfo>;
  readonly options: Pick<LedgerOptions, 'reserve' | 'media' | 'tags' | 'onRecord' | 'onAlert'> & {
    readonly unknownPrice: 'admit' | 'deny';
    readonly whenDown: 'admit' | 'deny';
    readonly whenHeld: 'wait' | 'deny';
    readonly storeTimeoutMs: number;
  };
}
