import type { Clock } from '@majordomo/core';

/** Wait before the first look at a job, in milliseconds. Each wait is twice as long as the last. */
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** Limits of the time before the next look that a vendor suggests, in milliseconds. */
const POLL_MS = { least: 1000, most: 60_000 } as const;

/** Time of the next look, in epoch milliseconds, and the wait that preceded it, in milliseconds. */
interface NextLook {
  readonly lookAt: number;
  readonly lookMs: number;
}

/** Returns the time of the first look at a job that starts now. */
export const firstLook = (now: number): NextLook => ({ lookAt: now + FIRST_WAIT_MS, lookMs: FIRST_WAIT_MS });

/** Times of the looks at a job. */
export class LookTimes implements NextLook {
  lookAt = 0;
  lookMs = 0;
  /** Time of the last look, in epoch milliseconds. A vendor may suggest a later one. */
  private endsAt = Infinity;
  private readonly clock: Clock;
  private waking = new AbortController();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Time until the next look, in milliseconds. */
  get inMs(): number {
    return Math.max(0, this.lookAt - this.clock.now());
  }

  set({ lookAt, lookMs }: NextLook, endsAt: number): void {
    this.lookAt = lookAt;
    this.lookMs = lookMs;
    this.endsAt = endsAt;
  }

  /** Schedules the next look after the time that the vendor suggests. */
  afterLook(pollMs: number | undefined): void {
    this.double();
    this.waitFor(
      pollMs === undefined ? this.lookMs : Math.min(POLL_MS.most, Math.max(POLL_MS.least, pollMs)),
    );
  }

  /**
   * Schedules the next look after a failed one. Returns the wait in milliseconds. Unlike a suggested time, a Retry-After is not
   * limited, because the vendor may refuse an earlier look.
   */
  afterFailure(retryAfterMs: number | undefined): number {
    this.double();
    const inMs = retryAfterMs ?? this.lookMs;
    this.waitFor(inMs);
    return inMs;
  }

  /** Waits for the next look. */
  async sleep(signal: AbortSignal): Promise<void> {
    this.waking = new AbortController();
    const { signal: woken } = this.waking;
    await this.clock.sleep(this.inMs, AbortSignal.any([signal, woken])).catch(() => {
      signal.throwIfAborted();
    });
  }

  /** Ends the wait for the next look. */
  wake(): void {
    this.waking.abort();
  }

  private double(): void {
    this.lookMs = Math.min(MAX_WAIT_MS, this.lookMs * 2);
  }

  private waitFor(ms: number): void {
    this.lookAt = Math.min(this.clock.now() + ms, this.endsAt);
  }
}
