import type { Clock } from '@majordomo/core';
import { inTime } from './in-time.ts';

/** May be run again after a failure. */
type Job = () => void | Promise<void>;

/** A store that says nothing for so long is asked again: what it is told may be told twice. */
const LONGEST_JOB_MS = 30_000;
/** First wait after a failure; it doubles up to the longest. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** What a store that never comes back may cost in memory. */
const MOST_WAITING = 10_000;

/** What has to reach the store: at once, or as soon as it answers again. */
export class Outbox {
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly running = new Set<Promise<void>>();
  private waiting: Job[] = [];
  private waitMs = FIRST_WAIT_MS;
  private cancel: (() => void) | undefined;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.clock = clock;
    this.onError = onError;
  }

  /** Resolves after the first try, or is done at once: nobody waits for what has to be tried again. */
  send(job: Job): Promise<void> | undefined {
    return this.attempt(job)?.then(() => undefined);
  }

  /** Waits for what is under way and tries what failed once more; rejects with the error that remains. */
  async flush(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    const again = this.waiting.splice(0);
    let failure: { readonly error: unknown } | undefined;
    await Promise.all(
      again.map(async (job) => {
        const outcome = await this.attempt(job);
        failure ??= outcome;
      }),
    );
    if (failure !== undefined) throw failure.error;
    if (this.running.size > 0) await this.flush();
  }

  private attempt(job: Job): Promise<{ readonly error: unknown } | undefined> | undefined {
    const doing = begun(job);
    if (doing === undefined) {
      this.waitMs = FIRST_WAIT_MS;
      return undefined;
    }
    const attempted = inTime(doing, LONGEST_JOB_MS, this.clock, true).then(
      () => {
        this.waitMs = FIRST_WAIT_MS;
        return undefined;
      },
      (error: unknown) => {
        this.onError(error);
        this.retryLater(job);
        return { error };
      },
    );
    const settled = attempted.then(() => {
      this.running.delete(settled);
    });
    this.running.add(settled);
    return attempted;
  }

  private retryLater(job: Job): void {
    if (this.waiting.length >= MOST_WAITING) this.waiting.shift();
    this.waiting.push(job);
    this.cancel ??= this.clock.timer(
      this.waitMs,
      () => {
        this.cancel = undefined;
        this.waitMs = Math.min(this.waitMs * 2, LONGEST_WAIT_MS);
        for (const waiting of this.waiting.splice(0)) void this.attempt(waiting);
      },
      true,
    );
  }
}

/** `undefined`: it is done. */
function begun(job: Job): Promise<void> | undefined {
  try {
    return job() ?? undefined;
  } catch (error) {
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }
}
