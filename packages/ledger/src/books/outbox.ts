import { LlmError, type Clock } from '@majordomo/core';
import { invoke } from '@majordomo/core/toolkit';
import { inTime } from './in-time.ts';

/** What has to reach the store. */
export interface Job {
  /** May be run again after a failure. */
  run(): void | Promise<void>;
  /** It never gets there: nobody tries it again. */
  lost?(error: unknown): void;
}

/** A store that says nothing for so long is asked again: what it is told may be told twice. */
const LONGEST_JOB_MS = 30_000;
/** First wait of a job after a failure; it doubles up to the longest. */
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 30_000;
/** What a store that never comes back may cost in memory. */
const MOST_WAITING = 10_000;
/** What the store refuses so often and for so long, and takes others in between, it refuses for what it is. */
const MOST_REFUSED = 20;
const REFUSED_MS = 600_000;

/** A job with what became of it so far. */
interface Tried {
  readonly job: Job;
  /** When it was tried first. */
  readonly since: number;
  /** How many jobs the store had taken at its last failure; endless before the first. */
  taken: number;
  /** Failures before which the store had taken others. */
  refused: number;
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
  private readonly waiting = new Map<Tried, () => void>();
  private taken = 0;
  /** Lost since somebody asked whether all is stored. */
  private loss: { readonly error: unknown } | undefined;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.clock = clock;
    this.onError = onError;
  }

  /** Resolves after the first try, or is done at once: nobody waits for what has to be tried again. */
  send(job: Job): Promise<void> | undefined {
    const doing = invoke(() => job.run());
    if (!(doing instanceof Promise)) {
      this.taken++;
      return undefined;
    }
    const since = this.clock.now();
    const tried: Tried = { job, since, taken: Infinity, refused: 0, waitMs: FIRST_WAIT_MS, error: undefined };
    return this.under(tried, doing).then(() => undefined);
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
        const outcome = await this.again(tried);
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
      for (const { job, error } of this.takeWaiting()) job.lost?.(error);
    }
  }

  private again(tried: Tried): Promise<{ readonly error: unknown } | undefined> {
    return this.under(tried, Promise.resolve(invoke(() => tried.job.run())));
  }

  /** Gives the error, where it failed. */
  private under(tried: Tried, doing: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
    const attempted = inTime(doing, LONGEST_JOB_MS, this.clock, true).then(
      () => {
        this.taken++;
        return undefined;
      },
      (error: unknown) => {
        this.failed(tried, error);
        return { error };
      },
    );
    const settled = attempted.then(() => {
      this.running.delete(settled);
    });
    this.running.add(settled);
    return attempted;
  }

  private failed(tried: Tried, error: unknown): void {
    tried.error = error;
    if (this.taken > tried.taken) tried.refused++;
    tried.taken = this.taken;
    if (LlmError.is(error, 'invalid-request') || this.isHopeless(tried)) {
      this.lose(tried, error);
      return;
    }
    // A store that takes others is not down; when it is, those say so.
    if (tried.refused === 0) this.onError(error);
    this.retryLater(tried);
  }

  private isHopeless({ refused, since }: Tried): boolean {
    return refused >= MOST_REFUSED && this.clock.now() - since >= REFUSED_MS;
  }

  private retryLater(tried: Tried): void {
    const [oldest] = this.waiting.keys();
    if (this.waiting.size >= MOST_WAITING && oldest !== undefined) {
      this.waiting.get(oldest)?.();
      this.waiting.delete(oldest);
      this.lose(oldest, oldest.error);
    }
    const retry = (): void => {
      this.waiting.delete(tried);
      void this.again(tried);
    };
    this.waiting.set(tried, this.clock.timer(tried.waitMs, retry, true));
    tried.waitMs = Math.min(tried.waitMs * 2, LONGEST_WAIT_MS);
  }

  private lose({ job }: Tried, error: unknown): void {
    this.loss ??= { error };
    job.lost?.(error);
  }

  private takeWaiting(): readonly Tried[] {
    const waiting = [...this.waiting.keys()];
    for (const cancel of this.waiting.values()) cancel();
    this.waiting.clear();
    return waiting;
  }
}
