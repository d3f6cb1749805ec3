import { LlmError, type Clock } from '@majordomo/core';
import { invoke } from '@majordomo/core/toolkit';
import { withTimeout } from './with-timeout.ts';

/** What has to reach the store. */
export interface StoreJob {
  /** May be run again after a failure. */
  run(): void | Promise<void>;
  /** It never gets there: nobody tries it again. */
  onLost?(error: unknown): void;
}

/** A store that says nothing for so long is asked again: what it is told may be told twice. */
const JOB_TIMEOUT_MS = 30_000;
/** First wait of a job after a failure; it doubles up to the longest. */
const MIN_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** What a store that never comes back may cost in memory. */
const MAX_WAITING = 10_000;
/** What the store refuses so often and for so long, and takes others in between, it refuses for what it is. */
const MAX_REFUSALS = 20;
const REFUSED_MS = 600_000;

/** A job with what became of it so far. */
interface PendingJob {
  readonly job: StoreJob;
  /** When it was tried first. */
  readonly since: number;
  /** How many jobs the store had taken at its last failure; endless before the first. */
  completedBefore: number;
  /** Failures before which the store had taken others. */
  refusals: number;
  waitMs: number;
  error: unknown;
}

/**
 * What has to reach the store: at once, or as soon as it answers again. Each job is tried by itself, so that none holds up
 * another. What can never be stored is told as lost, and goes.
 */
export class Outbox {
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly running = new Set<Promise<void>>();
  /** What is to be tried again, the oldest first, each with how to call that off. */
  private readonly waiting = new Map<PendingJob, () => void>();
  private completed = 0;
  /** Lost since somebody asked whether all is stored. */
  private loss: { readonly error: unknown } | undefined;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.clock = clock;
    this.onError = onError;
  }

  /** Resolves after the first try, or is done at once: nobody waits for what has to be tried again. */
  send(job: StoreJob): Promise<void> | undefined {
    const doing = invoke(() => job.run());
    if (!(doing instanceof Promise)) {
      this.completed++;
      return undefined;
    }
    const since = this.clock.now();
    const tried: PendingJob = {
      job,
      since,
      completedBefore: Infinity,
      refusals: 0,
      waitMs: MIN_WAIT_MS,
      error: undefined,
    };
    return this.track(tried, doing).then(() => undefined);
  }

  /**
   * Waits for what is under way and tries what failed once more; rejects with the error that remains, or, once, with that of
   * what was lost.
   */
  async flush(): Promise<void> {
    while (this.running.size > 0) await Promise.all(this.running);
    let failure: { readonly error: unknown } | undefined;
    await Promise.all(
      this.takeWaiting().map(async (tried) => {
        const outcome = await this.retry(tried);
        failure ??= outcome;
      }),
    );
    failure ??= this.loss;
    this.loss = undefined;
    if (failure !== undefined) throw failure.error;
    if (this.running.size > 0) await this.flush();
  }

  /** The last `flush`: what still cannot be stored is lost. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      for (const { job, error } of this.takeWaiting()) job.onLost?.(error);
    }
  }

  private retry(tried: PendingJob): Promise<{ readonly error: unknown } | undefined> {
    return this.track(tried, Promise.resolve(invoke(() => tried.job.run())));
  }

  /** Gives the error, where it failed. */
  private track(tried: PendingJob, doing: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
    const attempted = withTimeout(doing, JOB_TIMEOUT_MS, this.clock, true).then(
      () => {
        this.completed++;
        return undefined;
      },
      (error: unknown) => {
        this.onFailure(tried, error);
        return { error };
      },
    );
    const settled = attempted.then(() => {
      this.running.delete(settled);
    });
    this.running.add(settled);
    return attempted;
  }

  private onFailure(tried: PendingJob, error: unknown): void {
    tried.error = error;
    if (this.completed > tried.completedBefore) tried.refusals++;
    tried.completedBefore = this.completed;
    if (LlmError.is(error, 'invalid-request') || this.isHopeless(tried)) {
      this.lose(tried, error);
      return;
    }
    // A store that takes others is not down; when it is, those say so.
    if (tried.refusals === 0) this.onError(error);
    this.retryLater(tried);
  }

  private isHopeless({ refusals, since }: PendingJob): boolean {
    return refusals >= MAX_REFUSALS && this.clock.now() - since >= REFUSED_MS;
  }

  private retryLater(tried: PendingJob): void {
    const [oldest] = this.waiting.keys();
    if (this.waiting.size >= MAX_WAITING && oldest !== undefined) {
      this.waiting.get(oldest)?.();
      this.waiting.delete(oldest);
      this.lose(oldest, oldest.error);
    }
    const retry = (): void => {
      this.waiting.delete(tried);
      void this.retry(tried);
    };
    this.waiting.set(tried, this.clock.timer(tried.waitMs, retry, true));
    tried.waitMs = Math.min(tried.waitMs * 2, MAX_WAIT_MS);
  }

  private lose({ job }: PendingJob, error: unknown): void {
    this.loss ??= { error };
    job.onLost?.(error);
  }

  private takeWaiting(): readonly PendingJob[] {
    const waiting = [...this.waiting.keys()];
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
    return waiting;
  }
}
