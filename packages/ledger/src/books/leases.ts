import type { Clock } from '@majordomo/core';
import { answerOf } from '@majordomo/core/provider';
import type { LedgerStore } from '../contract/store.ts';
import { Bag, type Bagged } from './bag.ts';

/** A holder that died counts as having spent its claims after this long. */
export const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/** What an attempt holds. */
export interface Lease extends Bagged {
  readonly id: string;
  /** Tells when it cannot be running any more. */
  readonly attempt: { readonly isLapsed?: boolean | undefined };
}

/** Renews what attempts hold while they run. */
export class Leases {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly held = new Bag<Lease>();
  private isTicking = false;

  constructor(store: LedgerStore, clock: Clock, onError: (error: unknown) => void) {
    this.store = store;
    this.clock = clock;
    this.onError = onError;
  }

  hold(id: string, attempt: Lease['attempt']): Lease {
    const lease: Lease = { id, attempt, place: -1 };
    this.held.add(lease);
    this.tickLater();
    return lease;
  }

  release(lease: Lease): void {
    this.held.remove(lease);
  }

  private tickLater(): void {
    if (this.isTicking) return;
    this.isTicking = true;
    this.clock.timer(
      RENEW_EVERY_MS,
      () => {
        this.isTicking = false;
        this.renew();
        if (this.held.size > 0) this.tickLater();
      },
      true,
    );
  }

  private renew(): void {
    this.held.each((lease) => {
      if (lease.attempt.isLapsed === true) this.held.remove(lease);
      else Promise.resolve(answerOf(() => this.store.renew(lease.id, LEASE_MS))).catch(this.onError);
    });
  }
}
