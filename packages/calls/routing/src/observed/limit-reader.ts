import { messageOf, type Clock } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';
import type { Ledger, LimitState } from '@majordomo/ledger';

/** Time for which limit states are used after they were read, in milliseconds. */
const FRESH_MS = 5000;
/** Maximum time to wait for the ledger, in milliseconds. Afterwards the previous states are used. */
const WAIT_MS = 250;

/** Limit states of the last successful read, and the error of the last read if it failed. */
export interface LimitSnapshot {
  readonly states: readonly LimitState[];
  readonly error: string | undefined;
}

/** Reads the limit states of a ledger at most every five seconds. */
export class LimitReader {
  private readonly ledger: Ledger | undefined;
  private readonly clock: Clock;
  private last: LimitSnapshot = { states: [], error: undefined };
  private readAt = -Infinity;
  private reading: Promise<LimitSnapshot> | undefined;

  constructor(ledger: Ledger | undefined, clock: Clock) {
    this.ledger = ledger;
    this.clock = clock;
  }

  async snapshot(): Promise<LimitSnapshot> {
    const { ledger } = this;
    if (ledger === undefined) return this.last;
    const age = this.clock.now() - this.readAt;
    // The age is negative if the clock was set back.
    if (age >= 0 && age < FRESH_MS) return this.reading ?? this.last;
    this.readAt = this.clock.now();
    this.reading = this.read(ledger).finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(ledger: Ledger): Promise<LimitSnapshot> {
    try {
      // Call `state` within a promise, because a custom ledger may throw synchronously.
      const reading = Promise.resolve().then(() => ledger.state());
      const states: unknown = await withTimeout(reading, WAIT_MS, this.clock);
      if (!areStates(states)) throw new Error('the returned value is not an array of limit states');
      this.last = { states, error: undefined };
    } catch (error) {
      this.last = { ...this.last, error: messageOf(error) };
    }
    return this.last;
  }
}

const areStates = (value: unknown): value is readonly LimitState[] =>
  Array.isArray(value) && value.every(isState);

const isState = (value: unknown): boolean => {
  if (typeof value !== 'object' || value === null) return false;
  const { limit, key, used, held, left } = value as Partial<Record<keyof LimitState, unknown>>;
  const isCounted = [used, held, left].every((amount) => typeof amount === 'bigint');
  return isCounted && typeof key === 'string' && typeof limit === 'object' && limit !== null;
};
