import type { Clock, Credential, LlmError } from '@majordomo/core';
import { choose, type Strategy } from './strategy.ts';

/** What is known of one key; never the key. */
export interface KeyState {
  readonly id: string;
  /** A resting key comes back by itself, a dead one by `revive` or a new login. */
  readonly state: 'ok' | 'resting' | 'dead';
  /** Epoch ms by the pool's clock, of a resting one. */
  readonly until: number | undefined;
  /** The kind of the failure, or `rest`, and what was said. */
  readonly why: string | undefined;
  /** Calls that it serves at this moment. */
  readonly inUse: number;
  /** Calls that it has served, failed ones too. */
  readonly uses: number;
}

/** One key, as the ring keeps it. */
export interface Key {
  readonly id: string;
  readonly credential: Credential;
  /** The value that was handed out last, to mask it where it is echoed. */
  readonly lastValue: () => string | undefined;
  /** Asks a source that is a function whether it has another value by now, such as after a new login. */
  readonly hasNewValue: ((signal: AbortSignal) => Promise<boolean>) | undefined;
  state: KeyState['state'];
  until: number | undefined;
  why: string | undefined;
  inUse: number;
  uses: number;
  /** Counts the turns of its fate: a failure of a call that began before the last one says nothing new. */
  turn: number;
  /** Rests without a reset in a row. */
  rests: number;
}

/** A key that is being used, until it is given back. */
export interface Lease {
  readonly key: Key;
  readonly turn: number;
  /** Once; later ones do nothing. */
  free(): void;
}

const FIRST_REST_MS = 60_000;
const LONGEST_REST_MS = 3_600_000;

/** The keys of a pool, which of them is next, and what becomes of one that fails. */
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
      ...watched(key),
      id,
      state: 'ok',
      until: undefined,
      why: undefined,
      inUse: 0,
      uses: 0,
      turn: 0,
      rests: 0,
    }));
    this.strategy = settings.strategy;
    this.lease = settings.lease;
    this.clock = settings.clock;
    this.random = settings.random;
  }

  /** The key that is next by the strategy, without those named; `undefined` when none can be used. */
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

  /** Given back when the attempt is stopped too, even where its provider does not listen. */
  take(key: Key, signal: AbortSignal): Lease {
    this.last = this.keys.indexOf(key);
    key.inUse++;
    key.uses++;
    let isHeld = true;
    const free = (): void => {
      if (isHeld) key.inUse--;
      isHeld = false;
      signal.removeEventListener('abort', free);
    };
    signal.addEventListener('abort', free, { once: true });
    if (signal.aborted) free();
    return { key, turn: key.turn, free };
  }

  succeeded({ key, turn }: Lease): void {
    if (key.turn === turn) key.rests = 0;
  }

  /** A key's fate, once for all calls that it failed at the same time. */
  failed({ key, turn }: Lease, { kind, message, details: { retryAfterMs } }: LlmError): void {
    if (key.turn !== turn) return;
    const why = `${kind}: ${message}`;
    if (kind === 'auth') {
      this.die(key, why);
      return;
    }
    const isLimit = kind === 'rate-limit';
    const unknownMs = isLimit ? Math.min(LONGEST_REST_MS, FIRST_REST_MS * 2 ** key.rests) : LONGEST_REST_MS;
    this.restFor(key, retryAfterMs ?? unknownMs, why);
    if (retryAfterMs === undefined) key.rests++;
  }

  restFor(key: Key, ms: number, why: string): void {
    if (key.state === 'dead') return;
    key.state = 'resting';
    key.until = this.clock.now() + ms;
    key.why = why;
    key.turn++;
  }

  revive(key: Key): void {
    Object.assign(key, { state: 'ok', until: undefined, why: undefined, rests: 0, turn: key.turn + 1 });
  }

  /** What no error may show, whichever key it was for: a vendor may name one that an earlier call had sent. */
  values(): readonly string[] {
    return this.keys.flatMap((key) => key.lastValue() ?? []);
  }

  /** When nothing else is left: a dead key whose source has another value is alive. */
  async lookAgain(signal: AbortSignal): Promise<void> {
    for (const key of this.keys) {
      if (key.state === 'dead' && (await key.hasNewValue?.(signal)) === true) this.revive(key);
    }
  }

  /** In ms, when the first key that rests comes back; `undefined` when all are dead. */
  comesBackIn(): number | undefined {
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
    Object.assign(key, { state: 'dead', until: undefined, why, turn: key.turn + 1 });
  }

  /** A rest that is over ends when somebody looks. */
  private isUsable(key: Key): boolean {
    if (key.state === 'resting' && (key.until ?? 0) <= this.clock.now()) {
      Object.assign(key, { state: 'ok', until: undefined, why: undefined });
    }
    return key.state === 'ok';
  }
}

/** Remembers which value was handed out last. */
function watched(source: Credential): Pick<Key, 'credential' | 'lastValue' | 'hasNewValue'> {
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
