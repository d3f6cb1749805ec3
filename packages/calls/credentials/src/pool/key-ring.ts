import type { Clock, Credential, LlmError } from '@majordomo/core';
import { choose, type RingSettings } from './strategy.ts';

/** State of a key, without its value. */
export interface KeyState {
  readonly id: string;
  /** State of the key. A resting key can be used again at `until`. A dead key can be used after `revive` or a new login. */
  readonly state: 'ok' | 'resting' | 'dead';
  /** Time until which the key rests, in epoch milliseconds. `undefined` if the key does not rest. */
  readonly until: number | undefined;
  /** Kind and message of the failure, or a note on `Pool.rest`. `undefined` for a key that can be used. */
  readonly why: string | undefined;
  /** Number of calls in progress. */
  readonly inUse: number;
  /** Number of calls for which the key has been used, including failed calls. */
  readonly uses: number;
}

/** State of a key that can be used. */
const USABLE = { state: 'ok', until: undefined, why: undefined } as const;

/** Key of a pool, and its state. */
export interface Key extends Writable<Omit<KeyState, 'id'>> {
  readonly id: string;
  readonly credential: Credential;
  /** Returns the value that was last used, which errors must mask. */
  readonly lastValue: () => string | undefined;
  /** Returns whether the key's source has a new value, such as after a new login. `undefined` for a constant key. */
  readonly hasNewValue: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  /** Number of state changes. Failures of calls that started before the last change are ignored. */
  epoch: number;
  /** Number of consecutive rests without a Retry-After header. */
  rests: number;
}

type Writable<T> = { -readonly [name in keyof T]: T[name] };

/** Use of a key by one call. */
export interface Lease {
  readonly key: Key;
  readonly epoch: number;
  /** Ends the use of the key. Further calls have no effect. */
  release(): void;
}

/**
 * Rest of a key after its first rate limit without a Retry-After header, in milliseconds. Each further rest is twice as long,
 * up to `MAX_REST_MS`.
 */
const FIRST_REST_MS = 60_000;
const MAX_REST_MS = 3_600_000;

/** Keys of a pool. Selects the next key, and changes the state of keys that fail to `resting` or `dead`. */
export class KeyRing {
  readonly keys: readonly Key[];
  /**
   * Name of the pool as a credential, because health treats the pool as one credential. A revived key changes the name. Otherwise,
   * the bench of the pool after the failure of all keys would prevent its use.
   */
  name: string = newName();
  private readonly settings: RingSettings;
  private readonly clock: Clock;
  /** Index of the key that was used last; -1 before the first use. */
  private last = -1;

  constructor(
    keys: readonly { readonly id: string; readonly key: Credential }[],
    settings: RingSettings,
    clock: Clock,
  ) {
    this.keys = keys.map(({ id, key }) => ({
      ...trackValue(key),
      ...USABLE,
      id,
      inUse: 0,
      uses: 0,
      epoch: 0,
      rests: 0,
    }));
    this.settings = settings;
    this.clock = clock;
  }

  /** Returns the key that the strategy selects among the usable keys not in `without`, or `undefined` if none remains. */
  next(without: ReadonlySet<Key> = new Set()): Key | undefined {
    const usable = this.keys.filter((key) => this.isUsable(key) && !without.has(key));
    return choose(usable, { ...this.settings, last: this.last, all: this.keys });
  }

  /** Counts a call in progress on a key until `release` is called or the signal aborts. */
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

  /** Changes the state of the key. If concurrent calls fail with the same key, only the first failure has an effect. */
  recordFailure({ key, epoch }: Lease, { kind, message, details: { retryAfterMs } }: LlmError): void {
    if (key.epoch !== epoch) return;
    const why = `${kind}: ${message}`;
    if (kind === 'auth') {
      Object.assign(key, { state: 'dead', why, epoch: key.epoch + 1 });
      return;
    }
    // A quota or a credit that is used up seldom returns within minutes, so its key rests for the maximum.
    const isLimit = kind === 'rate-limit';
    const unknownMs = isLimit ? Math.min(MAX_REST_MS, FIRST_REST_MS * 2 ** key.rests) : MAX_REST_MS;
    this.restFor(key, retryAfterMs ?? unknownMs, why);
    if (retryAfterMs === undefined) key.rests++;
  }

  restFor(key: Key, ms: number, why: string): void {
    // The end of the rest would make a dead key usable.
    if (key.state === 'dead') return;
    key.state = 'resting';
    key.until = this.clock.now() + ms;
    key.why = why;
    key.epoch++;
  }

  revive(key: Key): void {
    this.name = newName();
    Object.assign(key, { ...USABLE, rests: 0, epoch: key.epoch + 1 });
  }

  /** Returns the last values of all keys, to mask in every error. A vendor's message may contain the key of an earlier call. */
  values(): readonly string[] {
    return this.keys.flatMap((key) => key.lastValue() ?? []);
  }

  /** Revives dead keys whose source returns another value. */
  async reviveChanged(signal: AbortSignal): Promise<void> {
    for (const key of this.keys) {
      if (key.state === 'dead' && (await key.hasNewValue?.(signal)) === true) this.revive(key);
    }
  }

  /** Returns the time until the first resting key can be used, in milliseconds, or `undefined` if no key rests. */
  retryAfterMs(): number | undefined {
    const ends = this.keys.flatMap(({ until }) => until ?? []);
    return ends.length === 0 ? undefined : Math.min(...ends) - this.clock.now();
  }

  snapshot(): readonly KeyState[] {
    return this.keys.map((key) => {
      // Ends a rest whose time has passed, so that the state is current.
      this.isUsable(key);
      const { id, state, until, why, inUse, uses } = key;
      return { id, state, until, why, inUse, uses };
    });
  }

  /** Whether the key can be used. Ends a rest whose time has passed. */
  private isUsable(key: Key): boolean {
    if (key.until !== undefined && key.until <= this.clock.now()) Object.assign(key, USABLE);
    return key.state === 'ok';
  }
}

const newName = (): string => `pool ${crypto.randomUUID()}`;

/** Returns a credential that calls `source` and stores its last value. */
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
