import type { Clock } from '@majordomo/core';
import type { LedgerStore } from '../contract/store.ts';
import { answerOf } from './when-there.ts';

/** A holder that died counts as having spent its claims after this long. */
export const LEASE_MS = 30_000;
const RENEW_EVERY_MS = 10_000;

/** Renews what attempts hold while they run. */
export class Leases {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly held = new Map<string, { readonly isLapsed?: boolean | undefined }>();
  private isTicking = false;

  constructor(store: LedgerStore, clock: Clock, onError: (error: unknown) => void) {
    this.store = store;
    this.clock = clock;
    this.onError = onError;
  }

  /** @param attempt tells when it cannot be running any more */
  hold(id: string, attempt: { readonly isLapsed?: boolean | undefined }): void {
    this.held.set(id, attempt);
    this.tickLater();
  }

  release(id: string): void {
    this.held.delete(id);
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
    for (const [id, attempt] of this.held) {
      if (attempt.isLapsed === true) this.held.delete(id);
      else Promise.resolve(answerOf(() => this.store.renew(id, LEASE_MS))).catch(this.onError);
    }
  }
}
