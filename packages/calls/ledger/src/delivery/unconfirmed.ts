import type { Clock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { Claim, LedgerStore } from '../contract/store.ts';
import { LEASE_MS } from './leases.ts';
import type { Outbox } from './outbox.ts';

/** Maximum number of unconfirmed reservations. Above this number, further reservations are not released, and are reported. */
const MAX_UNCONFIRMED = 10_000;
/** Number of reservations that are released at the same time. */
const BATCH = 100;
/** Time after which a release without a result counts as failed, in milliseconds. */
const RELEASE_TIMEOUT_MS = 30_000;

interface Options {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** Receives the counters on which amounts were released. */
  readonly onRelease: (counters: Iterable<string>) => void;
  /** Receives the number of reservations that will not be released. Called at most once per outage. */
  readonly onUnreleased: (count: number, error: unknown) => void;
}

interface Unconfirmed {
  readonly id: string;
  readonly claims: readonly Claim[];
  /** Whether the store has answered once that it holds no such reservation. */
  readonly wasUnknown: boolean;
}

/**
 * Reservations of attempts that were denied because the store failed. The store may have made such a reservation if only its reply
 * was lost. No attempt uses it, so it is released when the store answers again. The store ignores an id that it does not know.
 *
 * While the store is down, the reservations are only collected, and the outbox tries to release one of them. An id that the store
 * does not know is released once more after the lease, because the store may still be executing the reservation.
 */
export class UnconfirmedReservations {
  private readonly options: Options;
  /** Reservations to release now, by id. */
  private readonly due = new Map<string, Unconfirmed>();
  /** Reservations to release once more, each group with the function that cancels its timer. */
  private readonly later = new Map<readonly Unconfirmed[], () => void>();
  private laterCount = 0;
  /** Number of reservations above `MAX_UNCONFIRMED` that have not been reported. */
  private excess = 0;
  private hasJob = false;
  private releasing: Promise<void> | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  add(id: string, claims: readonly Claim[]): void {
    if (this.due.size + this.laterCount >= MAX_UNCONFIRMED) this.excess++;
    else this.due.set(id, { id, claims, wasUnknown: false });
    this.sendJob();
  }

  /** Releases the reservations now, because the store has answered. If this fails, the outbox continues. */
  onStoreUp(): void {
    if (this.hasJob) this.release().catch(() => undefined);
  }

  /** Prepares the end of the ledger: releases at the next flush also the reservations that would be released later. */
  close(): void {
    for (const [group, cancel] of this.later) {
      cancel();
      this.addAgain(group);
    }
  }

  private sendJob(): void {
    if (this.hasJob) return;
    this.hasJob = true;
    const job = {
      run: () => this.release(),
      onLost: (error: unknown) => {
        this.excess += this.due.size;
        this.due.clear();
        this.reportExcess(error);
        this.hasJob = false;
      },
    };
    void this.options.outbox.send(job);
  }

  /** Releases all due reservations. Rejects if the store fails, with the remaining reservations still due. */
  private release(): Promise<void> {
    this.releasing ??= this.releaseAll().finally(() => {
      this.releasing = undefined;
    });
    return this.releasing;
  }

  private async releaseAll(): Promise<void> {
    // The first release shows whether the store answers. Until it does, each try costs one request.
    await this.releaseNext(1);
    while (this.due.size > 0) await this.releaseNext(BATCH);
    this.hasJob = false;
    this.reportExcess(undefined);
  }

  /** Releases the first `count` due reservations at the same time. Rejects with the first failure, after all have ended. */
  private async releaseNext(count: number): Promise<void> {
    const { store, clock, onRelease } = this.options;
    const unknown: Unconfirmed[] = [];
    const counters = new Set<string>();
    const failures: unknown[] = [];
    const release = async (one: Unconfirmed): Promise<void> => {
      try {
        const settling = async (): Promise<boolean> => store.settle(one.id, []);
        const wasHeld = await withTimeout(settling(), RELEASE_TIMEOUT_MS, clock, true);
        this.due.delete(one.id);
        if (wasHeld) for (const { counter } of one.claims) counters.add(counter);
        else if (!one.wasUnknown) unknown.push({ ...one, wasUnknown: true });
      } catch (error) {
        failures.push(error);
      }
    };
    await Promise.all([...this.due.values()].slice(0, count).map(release));
    this.releaseLater(unknown);
    onRelease(counters);
    if (failures.length > 0) throw failures[0];
  }

  private releaseLater(group: readonly Unconfirmed[]): void {
    if (group.length === 0) return;
    const again = (): void => {
      this.addAgain(group);
    };
    this.later.set(group, this.options.clock.timer(LEASE_MS, again, true));
    this.laterCount += group.length;
  }

  private addAgain(group: readonly Unconfirmed[]): void {
    this.later.delete(group);
    this.laterCount -= group.length;
    for (const one of group) this.due.set(one.id, one);
    this.sendJob();
  }

  private reportExcess(error: unknown): void {
    const { excess } = this;
    this.excess = 0;
    if (excess > 0) this.options.onUnreleased(excess, error);
  }
}
