import { atLeast } from '../util/checks.ts';
import type { Clock } from '../types/call-options.ts';
import type { AttemptInfo, Denial, Gate, Permit } from '../types/gate.ts';
import { checkOptions, configError, type KindsOf } from '../util/options.ts';
import { asRecord } from '../util/values.ts';

/** Options of lanes in a store, which limit the number of concurrent attempts of several processes. */
export interface SharedLanesOptions {
  /** Name of the lanes. Processes share the lanes if they use this name and the same store with the same prefix or schema. */
  readonly name: string;
  /** Maximum number of concurrent attempts across all processes. */
  readonly most: number;
  /** Unit to which the limit `most` applies: each target, or each provider. @default all targets together */
  readonly each?: 'target' | 'provider' | undefined;
  /**
   * Time after which the reservation of a dead process is released, in milliseconds. A running attempt renews its reservation.
   * @default 15_000
   */
  readonly leaseMs?: number | undefined;
  /**
   * Decision while the store is unavailable. With `share`, a process runs up to `max(1, floor(most × share))` attempts per lane.
   * @default { share: 0 }, which permits each process one attempt at a time per lane
   */
  readonly whenDown?: 'admit' | 'deny' | { readonly share: number } | undefined;
}

/** Reservations that expire with a lease, such as those of a `LedgerStore`. */
export interface LaneReservations {
  /**
   * Reserves the amounts of all claims, or none of them if a counter would exceed the `max` of its claim. Returns or resolves
   * with `undefined` after success, otherwise with an object whose member `counter` names that counter.
   */
  reserve(id: string, claims: readonly LaneClaim[], leaseMs: number): unknown;
  /** Extends the lease of a reservation. */
  renew(id: string, leaseMs: number): unknown;
  /** Releases a reservation. */
  settle(id: string, used: readonly never[]): unknown;
}

/** Claim on places of a counter, which counts the attempts that run in a lane or that wait for it. */
interface LaneClaim {
  readonly counter: string;
  /** Maximum value of the counter after the reservation. */
  readonly max: bigint;
  /** Number of places to reserve. */
  readonly amount: bigint;
  /** A counter of lanes has no period after which it starts at 0 again. */
  readonly resetsInMs: undefined;
  /** Effect of an ended lease: the place is free again. */
  readonly whenLapsed: 'free';
}

interface LanesSetup {
  readonly store: LaneReservations;
  /** Name of the store in the reasons of denials, such as `Redis`. */
  readonly storeName: string;
  readonly clock: Clock;
}

const DEFAULT_LEASE_MS = 15_000;
/** Number of times that a reservation is renewed during one lease. */
const RENEWALS = 3;
/** Initial delay between two tries to reserve, in milliseconds. The delay doubles after each try, up to `MAX_POLL_MS`. */
const MIN_POLL_MS = 10;
const MAX_POLL_MS = 250;
/**
 * Time after which an attempt that waits goes before new ones, in milliseconds. Before, a place that is released is used again at
 * once, so few places are idle.
 */
const LONG_MS = 1000;
/** Value of `retryAfterMs` in a denial while the store does not respond, in milliseconds. */
const DOWN_RETRY_MS = 1000;

/**
 * Creates a gate that limits the number of concurrent attempts of all processes that share a store. Attempts above the limit
 * wait, and those that have waited for a second try before new ones. Throws `config` with the name of an invalid option.
 */
export function sharedLanes(setup: LanesSetup, options: SharedLanesOptions): Gate {
  checkLanes(options);
  const lanes = new SharedLanes(setup, options);
  return { name: `lanes ${options.name}`, admit: (attempt) => lanes.admit(attempt) };
}

const KINDS: KindsOf<SharedLanesOptions> = {
  name: 'string',
  most: atLeast(1),
  each: ['target', 'provider'],
  leaseMs: atLeast(1),
  // `checkLanes` checks this option.
  whenDown: true,
};

const DEFAULT_WHEN_DOWN: NonNullable<SharedLanesOptions['whenDown']> = { share: 0 };

function checkLanes(options: SharedLanesOptions): void {
  checkOptions('lanes', options, KINDS, ['name', 'most']);
  const { name, most, whenDown = DEFAULT_WHEN_DOWN } = options;
  const fail = (path: string, problem: string): never => {
    throw configError(path, problem, 'lanes: ');
  };
  if (name === '') fail('name', 'must not be empty; processes share lanes by name');
  if (!Number.isSafeInteger(most)) fail('most', `must be an integer, not ${most}`);
  if (whenDown !== 'admit' && whenDown !== 'deny' && !isShare(asRecord(whenDown)['share']))
    fail('whenDown', `must be 'admit', 'deny' or { share } from 0 to 1, not ${JSON.stringify(whenDown)}`);
}

const isShare = (share: unknown): boolean => typeof share === 'number' && share >= 0 && share <= 1;

class SharedLanes {
  private readonly setup: LanesSetup;
  private readonly options: SharedLanesOptions;
  private readonly leaseMs: number;
  /** Number of running attempts of this process by counter, for `whenDown`. */
  private readonly running = new Map<string, number>();

  constructor(setup: LanesSetup, options: SharedLanesOptions) {
    this.setup = setup;
    this.options = options;
    this.leaseMs = options.leaseMs ?? DEFAULT_LEASE_MS;
  }

  async admit(attempt: AttemptInfo): Promise<Permit | Denial> {
    const { clock, storeName } = this.setup;
    const { most, whenDown = DEFAULT_WHEN_DOWN } = this.options;
    const counter = counterOf(this.options, attempt);
    const place = claimOf(counter, most, 1n);
    const waiting = `waiting ${counter}`;
    // The first claim reserves nothing. It is refused while the counter of attempts that wait for long is above its maximum of 0.
    let claims = [claimOf(waiting, 0, 0n), place];
    const ownId = `lane/${counter}/${attempt.call.id}/${attempt.target}/${attempt.attempt}`;
    let id = ownId;
    let outages = 0;
    const beganAt = clock.now();
    let stopWaiting: (() => void) | undefined;
    try {
      for (let pollMs = MIN_POLL_MS; ; pollMs = Math.min(pollMs * 2, MAX_POLL_MS)) {
        const outcome = await this.tryReserve(id, claims, waiting);
        if (outcome === 'reserved') return this.permit(counter, this.startRenewal(id, attempt));
        if (outcome === 'down') {
          if (whenDown === 'deny')
            return { deny: `${storeName} does not answer`, retryAfterMs: DOWN_RETRY_MS };
          if (whenDown === 'admit' || this.hasShare(counter, whenDown.share))
            return this.permit(counter, () => undefined);
          // After a timeout, a store releases the reservation that it makes late, and would not reserve again with this id.
          id = `${ownId}+${++outages}`;
        } else {
          // The attempts that wait for long try again within this time.
          if (outcome === 'others wait') pollMs = MAX_POLL_MS;
          // From the second try on, the attempt itself waits, so it no longer gives way to others.
          claims = [place];
          if (clock.now() - beganAt >= LONG_MS) stopWaiting ??= await this.startWaiting(id, waiting, attempt);
        }
        await clock.sleep(pollMs, attempt.signal);
      }
    } finally {
      stopWaiting?.();
    }
  }

  private async tryReserve(
    id: string,
    claims: readonly LaneClaim[],
    waiting?: string,
  ): Promise<'reserved' | 'full' | 'others wait' | 'down'> {
    try {
      const refusal = await this.setup.store.reserve(id, claims, this.leaseMs);
      if (refusal === undefined) return 'reserved';
      return asRecord(refusal)['counter'] === waiting ? 'others wait' : 'full';
    } catch {
      return 'down';
    }
  }

  /** Records that an attempt waits for long, so that new attempts of all processes let it try first. Returns a function that ends the record. */
  private async startWaiting(id: string, waiting: string, attempt: AttemptInfo): Promise<() => void> {
    const waitingId = `waiting ${id}`;
    // Any number of attempts may wait. If the store is down, the attempt waits without a record.
    await this.tryReserve(waitingId, [claimOf(waiting, Number.MAX_SAFE_INTEGER, 1n)]);
    const release = this.startRenewal(waitingId, attempt);
    return () => {
      // Without a release, the record ends with its lease.
      Promise.resolve(release()).catch(() => undefined);
    };
  }

  private hasShare(counter: string, share: number): boolean {
    return (this.running.get(counter) ?? 0) < Math.max(1, Math.floor(this.options.most * share));
  }

  private permit(counter: string, release: () => unknown): Permit {
    this.count(counter, 1);
    return {
      settle: async () => {
        this.count(counter, -1);
        await release();
      },
    };
  }

  private count(counter: string, by: number): void {
    this.running.set(counter, (this.running.get(counter) ?? 0) + by);
  }

  /** Renews the reservation while the attempt runs. Returns a function that releases the reservation. */
  private startRenewal(id: string, attempt: AttemptInfo): () => unknown {
    const { store, clock } = this.setup;
    let cancel: (() => void) | undefined;
    const schedule = (): void => {
      cancel = clock.timer(this.leaseMs / RENEWALS, renew, { isBackground: true });
    };
    const renew = (): void => {
      if (attempt.isLapsed === true) return;
      schedule();
      // Ignore a failed renewal, because the next one follows within the lease. If all fail, the reservation ends with its lease.
      Promise.resolve(store.renew(id, this.leaseMs)).catch(() => undefined);
    };
    schedule();
    return () => {
      cancel?.();
      return store.settle(id, []);
    };
  }
}

const claimOf = (counter: string, max: number, amount: bigint): LaneClaim => ({
  counter,
  max: BigInt(max),
  amount,
  resetsInMs: undefined,
  whenLapsed: 'free',
});

function counterOf({ name, each }: SharedLanesOptions, { target }: AttemptInfo): string {
  const [provider = ''] = target.split('/');
  const lane = { all: '', target, provider }[each ?? 'all'];
  return `lanes/${encodeURIComponent(name)}/${lane}`;
}
