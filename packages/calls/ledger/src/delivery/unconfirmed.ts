import type { Clock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { Claim, LedgerStore } from '../contract/store.ts';
import type { Outbox } from './outbox.ts';

/** Maximum number of unconfirmed reservations. Above this number, further reservations are not released, and are reported. */
const MAX_UNCONFIRMED = 10_000;
/** Number of reservations that are released at the same time. */
const BATCH = 100;
/** Time for which the store remembers an empty reservation of `endReservation`, in milliseconds. */
const ENDED_MS = 600_000;
/** Time after which a release without a result counts as failed, in milliseconds. */
const RELEASE_TIMEOUT_MS = 30_000;

interface Options {
  readonly store: LedgerStore;
  readonly clock: Clock;
  readonly outbox: Outbox;
  /** Receives the counters on which amounts may have been released. */
  readonly onRelease: (counters: Iterable<string>) => void;
  /** Receives the number of reservations that will not be released. Called at most once per outage. */
  readonly onUnreleased: (count: number, error: unknown) => void;
}

/**
 * Releases a reservation. If the store does not have it, the request that makes it may still be on its way to the store. So an empty
 * reservation with its id is made and settled, because the store makes no second reservation with the same id.
 */
export async function endReservation(store: LedgerStore, id: string): Promise<void> {
  if (await store.settle(id, [])) return;
  await store.reserve(id, [], ENDED_MS);
  await store.settle(id, []);
}

/**
 * Reservations that the store may have made although it failed, because only its reply was lost. Nothing is booked on such a reservation,
 * so it is released when the store answers again. While the store is down, the reservations are only collected, and the outbox tries to
 * release one of them.
 */
export class UnconfirmedReservations {
  private readonly options: Options;
  /** Claims of the reservations to release, by id. */
  private readonly due = new Map<string, readonly Claim[]>();
  /** Number of reservations above `MAX_UNCONFIRMED` that have not been reported. */
  private excess = 0;
  private hasJob = false;
  private releasing: Promise<void> | undefined;

  constructor(options: Options) {
    this.options = options;
  }

  add(id: string, claims: readonly Claim[]): void {
    if (this.due.size >= MAX_UNCONFIRMED) this.excess++;
    else this.due.set(id, claims);
    this.sendJob();
  }

  /** Releases the reservations now, because the store has answered. If this fails, the outbox continues. */
  onStoreUp(): void {
    if (this.hasJob) this.release().catch(() => undefined);
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
    const counters = new Set<string>();
    const failures: unknown[] = [];
    const release = async ([id, claims]: readonly [string, readonly Claim[]]): Promise<void> => {
      try {
        await withTimeout(endReservation(store, id), RELEASE_TIMEOUT_MS, clock, {
          isBackground: true,
        });
        this.due.delete(id);
        for (const { counter } of claims) counters.add(counter);
      } catch (error) {
        failures.push(error);
      }
    };
    await Promise.all([...this.due].slice(0, count).map(release));
    onRelease(counters);
    if (failures.length > 0) throw failures[0];
  }

  private reportExcess(error: unknown): void {
    const { excess } = this;
    this.excess = 0;
    if (excess > 0) this.options.onUnreleased(excess, error);
  }
}
