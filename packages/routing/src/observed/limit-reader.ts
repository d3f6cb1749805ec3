import { messageOf, type Clock } from '@majordomo/core';
import type { Ledger, LimitState } from '@majordomo/ledger';

/** What stands in the books does not change so fast that every call has to read them. */
const FRESH_MS = 5000;
/** A store that is down must not hold calls up: they are ranked by what was read last. */
const WAIT_MS = 250;

/** Where the limits stood a moment ago, and what kept that from being known. */
export interface LimitSnapshot {
  readonly states: readonly LimitState[];
  readonly error: string | undefined;
}

/** Reads a ledger now and then. */
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
    if (age >= 0 && age < FRESH_MS) return this.reading ?? this.last;
    this.readAt = this.clock.now();
    this.reading = this.read(ledger).finally(() => (this.reading = undefined));
    return this.reading;
  }

  private async read(ledger: Ledger): Promise<LimitSnapshot> {
    let stop = (): void => undefined;
    const late = new Promise<never>((_, reject) => {
      stop = this.clock.timer(WAIT_MS, () => {
        reject(new Error(`no answer within ${WAIT_MS} ms`));
      });
    });
    try {
      // A ledger of others may throw where it should reject.
      const states: unknown = await Promise.race([Promise.resolve().then(() => ledger.state()), late]);
      if (!areStates(states)) throw new Error('it answered with what are no states of limits');
      this.last = { states, error: undefined };
    } catch (error) {
      this.last = { ...this.last, error: messageOf(error) };
    } finally {
      stop();
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
