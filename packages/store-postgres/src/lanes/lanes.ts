import type { AttemptInfo, Clock, Denial, Gate, Permit } from '@majordomo/core';
import type { Claim, LedgerStore } from '@majordomo/ledger';
import { checkLanes, type LanesOptions } from './options.ts';

const DEFAULT_LEASE_MS = 15_000;
const RENEWALS = 3;
/** First delay between two attempts to reserve, in milliseconds. It doubles up to the maximum. */
const MIN_POLL_MS = 10;
const MAX_POLL_MS = 250;
/** Retry delay of a denial, in milliseconds. */
const DOWN_RETRY_MS = 1000;

/** Creates a gate that limits concurrent attempts across all processes. Further attempts wait. */
export function lanesGate(store: LedgerStore, clock: Clock, options: LanesOptions): Gate {
  checkLanes(options);
  const lanes = new Lanes(store, clock, options);
  return { name: `lanes ${options.name}`, admit: (attempt) => lanes.admit(attempt) };
}

class Lanes {
  private readonly store: LedgerStore;
  private readonly clock: Clock;
  private readonly options: LanesOptions;
  private readonly leaseMs: number;
  /** Number of attempts of this process by counter, for `whenDown: { share }`. */
  private readonly running = new Map<string, number>();

  constructor(store: LedgerStore, clock: Clock, options: LanesOptions) {
    this.store = store;
    this.clock = clock;
    this.options = options;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  }

  async admit(attempt: AttemptInfo): Promise<Permit | Denial> {
    const counter = counterOf(this.options, attempt);
    const id = `lane/${counter}/${attempt.call.id}/${attempt.target}/${attempt.attempt}`;
    let lookMs = MIN_POLL_MS;
    for (;;) {
      const outcome = await this.tryReserve(id, counter);
      if (outcome === 'held') return this.permit(counter, this.startRenewal(id, attempt));
      if (outcome === 'down') {
        const { whenDown = { share: 0 } } = this.options;
        if (whenDown === 'deny') return { deny: 'PostgreSQL does not answer', retryAfterMs: DOWN_RETRY_MS };
        if (whenDown === 'admit' || this.hasShare(counter, whenDown.share))
          return this.permit(counter, () => undefined);
      }
      await this.clock.sleep(lookMs, attempt.signal);
      lookMs = Math.min(lookMs * 2, MAX_POLL_MS);
    }
  }

  private async tryReserve(id: string, counter: string): Promise<'held' | 'full' | 'down'> {
    const max = BigInt(this.options.most);
    const claim: Claim = { counter, max, amount: 1n, resetsInMs: undefined, whenLapsed: 'free' };
    try {
      return (await this.store.reserve(id, [claim], this.leaseMs)) === undefined ? 'held' : 'full';
    } catch {
      return 'down';
    }
  }

  private hasShare(counter: string, share: number): boolean {
    return (this.running.get(counter) ?? 0) < Math.max(1, Math.floor(this.options.most * share));
  }

  private permit(counter: string, giveBack: () => unknown): Permit {
    this.count(counter, 1);
    return {
      settle: async () => {
        this.count(counter, -1);
        await giveBack();
      },
    };
  }

  private count(counter: string, by: number): void {
    const count = (this.running.get(counter) ?? 0) + by;
    if (count === 0) this.running.delete(counter);
    else this.running.set(counter, count);
  }

  /** Renews the reservation while the attempt runs. Returns a function that releases the reservation. */
  private startRenewal(id: string, attempt: AttemptInfo): () => unknown {
    let cancel: (() => void) | undefined;
    const later = (): void => {
      cancel = this.clock.timer(this.leaseMs / RENEWALS, renew, true);
    };
    const renew = (): void => {
      if (attempt.isLapsed === true) return;
      later();
      // The next renewal repeats a failed one. Otherwise the reservation ends with its lease.
      Promise.resolve(this.store.renew(id, this.leaseMs)).catch(() => undefined);
    };
    later();
    return () => {
      cancel?.();
      return this.store.settle(id, []);
    };
  }
}

function counterOf({ name, each }: LanesOptions, { target }: AttemptInfo): string {
  const part = each === undefined ? '' : each === 'target' ? target : (target.split('/', 1)[0] ?? '');
  return `lanes/${encodeURIComponent(name)}/${part}`;
}
