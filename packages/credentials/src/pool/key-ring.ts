import type { Clock, Credential, LlmError } from '@majordomo/core';
import { choose, type Strategy } from './strategy.ts';

/** State of a key, without the key. */
export interface KeyState {
  readonly id: string;
  /** A resting key returns at `until`; a dead key returns by `revive` or a new login. */
  readonly state: 'ok' | 'resting' | 'dead';
  /** End of the rest, in epoch milliseconds. */
  readonly until: number | undefined;
  /** Kind and message of the failure, or `rest`. */
  readonly why: string | undefined;
  /** Calls in progress. */
  readonly inUse: number;
  /** Calls so far, including failed ones. */
  readonly uses: number;
}

/** Key of a pool with its state. */
export interface Key {
  readonly id: string;
  readonly credential: Credential;
  /** Value that was used last, to mask it in errors. */
  readonly lastValue: () => string | undefined;
  /** Whether a source that is a function returns another value now, such as after a new login. */
  readonly hasNewValue: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  state: KeyState['state'];
  until: number | undefined;
  why: string | undefined;
  inUse: number;
  uses: number;
  /** Number of state changes. A failure of a call that began before the last change is ignored. */
  epoch: number;
  /** Consecutive rests without a Retry-After. */
  rests: number;
}

/** Use of a key by one call. */
export interface Lease {
  readonly key: Key;
  readonly epoch: number;
  /** Ends the use. Further calls have no effect. */
  release(): void;
}

const FIRST_REST_MS = 60_000;
const MAX_REST_MS = 3_600_000;

/** Keys of a pool: selects the next one, and rests or retires those that fail. */
export class KeyRing {
  readonly keys: readonly Key[];
  private readonly strategy: Strategy;
  private readonly lease: number;
  private readonly clock: Clock;
  private readonly random: () => number;
  private last = -1;

  constructor(
    keys: readonly { readonly id: string; readonly key: Credential }[],
    settings: { strategy: Strategy; lease: number; clock: Clock; random: () => number },
  ) {
    this.keys = keys.map(({ id, key }) => ({
      ...trackValue(key),
      id,
      state: 'ok',
      until: undefined,
      why: undefined,
      inUse: 0,
      uses: 0,
      epoch: 0,
      rests: 0,
    }));
    this.strategy = settings.strategy;
    this.lease = settings.lease;
    this.clock = settings.clock;
    this.random = settings.random;
  }

  /** Returns the next key by the strategy, except those in `without`; `undefined` if none can be used. */
  next(without: ReadonlySet<Key>): Key | undefined {
    const usable = this.keys.filter((key) => this.isUsable(key) && !without.has(key));
    return choose(usable, {
      strategy: this.strategy,
      lease: this.lease,
      last: this.last,
      all: this.keys,
      random: this.random,
    });
  }

  /** Uses a key until `release`, or until the signal aborts. */
  take(key: Key, signal: AbortSignal): Lease {
    this.last = this.keys.indexOf(key);
    key.inUse++;
    key.uses++;
    let isInUse = true;
    const release = (): void => {
      if (isInUse) key.inUse--;
      isInUse = false;
      signal.removeEventListener('abort', release);
    };
    signal.addEventListener('abort', release, { once: true });
    if (signal.aborted) release();
    return { key, epoch: key.epoch, release };
  }

  recordSuccess({ key, epoch }: Lease): void {
    if (key.epoch === epoch) key.rests = 0;
  }

  /** Rests or retires the key, once for all calls that failed with it at the same time. */
  recordFailure({ key, epoch }: Lease, { kind, message, details: { retryAfterMs } }: LlmError): void {
    if (key.epoch !== epoch) return;
    const why = `${kind}: ${message}`;
    if (kind === 'auth') {
      this.die(key, why);
      return;
    }
    const isLimit = kind === 'rate-limit';
    const unknownMs = isLimit ? Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** key.rests) : MAX_REST_MS;
    this.restFor(key, retryAfterMs ?? unknownMs, why);
    if (retryAfterMs === undefined) key.rests++;
  }

  restFor(key: Key, ms: number, why: string): void {
    if (key.state === 'dead') return;
    key.state = 'resting';
    key.until = this.clock.now() + ms;
    key.why = why;
    key.epoch++;
  }

  revive(key: Key): void {
    Object.assign(key, { state: 'ok', until: undefined, why: undefined, rests: 0, epoch: key.epoch + 1 });
  }

  /** Returns the values to mask in every error: a vendor's message may contain the key of an earlier call. */
  values(): readonly string[] {
    return this.keys.flatMap((key) => key.lastValue() ?? []);
  }

  /** Revives dead keys whose source returns another value. */
  async reviveChanged(signal: AbortSignal): Promise<void> {
    for (const key of this.keys) {
      if (key.state === 'dead' && (await key.hasNewValue?.(signal)) === true) this.revive(key);
    }
  }

  /** Returns the time until the first resting key returns, in milliseconds; `undefined` if all are dead. */
  retryAfterMs(): number | undefined {
    const ends = this.keys.flatMap(({ state, until }) =>
      state === 'resting' && until !== undefined ? [until] : [],
    );
    return ends.length === 0 ? undefined : Math.max(0, Math.min(...ends) - this.clock.now());
  }

  snapshot(): readonly KeyState[] {
    return this.keys.map((key) => {
      this.isUsable(key);
      const { id, state, until, why, inUse, uses } = key;
      return { id, state, until, why, inUse, uses };
    });
  }

  private die(key: Key, why: string): void {
    Object.assign(key, { state: 'dead', until: undefined, why, epoch: key.epoch + 1 });
  }

  /** Whether the key can be used. Ends a rest whose time is over. */
  private isUsable(key: Key): boolean {
    if (key.state === 'resting' && (key.until ?? 0) <= this.clock.now()) {
      Object.assign(key, { state: 'ok', until: undefined, why: undefined });
    }
    return key.state === 'ok';
  }
}

/** Remembers the value that a credential returned last. */
function trackValue(source: Credential): Pick<Key, 'credential' | 'lastValue' | 'hasNewValue'> {
  if (typeof source === 'string')
    return { credential: source, lastValue: () => source, hasNewValue: undefined };
  let last: string | undefined;
  return {
    lastValue: () => last,
    credential: async (context) => (last = await source(context)),
    async hasNewValue(signal) {
      try {
        return (await source({ signal, rejected: undefined })) !== last;
      } catch {
        return false;
      }
    },
  };
}
