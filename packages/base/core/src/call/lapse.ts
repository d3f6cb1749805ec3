import type { Clock } from '../types/call-options.ts';

/** Additional time before `isLapsed` is true, in milliseconds, because clocks differ and event loops may be busy. */
const LAPSE_TOLERANCE_MS = 1000;

/**
 * Member `isLapsed` of the `AttemptInfo` that gates receive: whether an attempt can no longer be running, so that its place is free.
 * A class, because each object literal with a getter has its own hidden class, which V8 keeps with the scope of the getter, here
 * the complete call, until the next full garbage collection.
 */
export class Lapse {
  readonly #clock: Clock;
  #latestEnd: () => number;

  constructor(clock: Clock, latestEnd: number) {
    this.#clock = clock;
    this.#latestEnd = () => latestEnd;
  }

  get isLapsed(): boolean {
    return this.#clock.now() > this.#latestEnd() + LAPSE_TOLERANCE_MS;
  }

  /** Sets the function that returns the latest time at which the attempt can still be running, in epoch milliseconds. */
  endAt(latestEnd: () => number): void {
    this.#latestEnd = latestEnd;
  }
}
