import type { Clock } from '../contract/clock.ts';
import type { Watch } from './watch.ts';

/** How long gates may think before nobody believes any more that somebody waits for them, in ms. */
const LONGEST_ADMISSION_MS = 900_000;
/** What clocks and busy loops are forgiven, in ms. */
const SLACK_MS = 1000;

/**
 * Tells from outside whether an attempt can still be running. On some platforms a request's timers and promises die with
 * its context, and nobody gives back what it holds: whoever needs it next asks here, by the clock.
 */
export class Lifeline {
  private readonly clock: Clock;
  private readonly unreadMs: number;
  private readonly began: number;
  private watch: Watch | undefined;

  constructor(clock: Clock, unreadMs: number) {
    this.clock = clock;
    this.unreadMs = unreadMs;
    this.began = clock.now();
  }

  /** The gates have answered: from here on the attempt's own limits count. */
  begun(watch: Watch): void {
    this.watch = watch;
  }

  get isLapsed(): boolean {
    const until =
      this.watch === undefined ? this.began + LONGEST_ADMISSION_MS : this.watch.waitsUntil() + this.unreadMs;
    return this.clock.now() > until + SLACK_MS;
  }
}
