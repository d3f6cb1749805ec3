import type { Clock } from '@majordomo/core';
import { invoke } from '@majordomo/core/toolkit';
import type { LedgerStore } from '../contract/store.ts';

/** Time after which the claims of a process that died are treated as spent, in milliseconds. */
export const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/** Leased claims of one attempt. */
export interface Lease {
  readonly id: string;
  /** Attempt that made the claims. `isLapsed` is true when the attempt can no longer be running. */
  readonly attempt: { readonly isLapsed?: boolean | undefined };
}

/** Leases of attempts that are running. Renews these leases. */
export class Leases {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly held = new Set<Lease>();
  private isTicking = false;

  constructor(store: LedgerStore, clock: Clock, onError: (error: unknown) => void) {
    this.store = store;
    this.clock = clock;
    this.onError = onError;
  }

  hold(id: string, attempt: Lease['attempt']): Lease {
    const lease: Lease = { id, attempt };
    this.held.add(lease);
    this.tickLater();
    return lease;
  }

  release(lease: Lease): void {
    this.held.delete(lease);
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
      { isBackground: true },
    );
  }

  private renew(): void {
    for (const lease of this.held) {
      if (lease.attempt.isLapsed === true) this.held.delete(lease);
      else Promise.resolve(invoke(() => this.store.renew(lease.id, LEASE_MS))).catch(this.onError);
    }
  }
}
