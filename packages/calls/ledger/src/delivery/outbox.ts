import { LlmError, type Clock } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';

/** Write to the store that is retried until it succeeds or is abandoned. */
export interface StoreJob {
  /** Performs the write. Called again after a failure. */
  run(): void | Promise<void>;
  /** Called when the job is abandoned. */
  onLost?(error: unknown): void;
}

/**
 * Maximum number of jobs that run at the same time, including jobs that have timed out and have not ended. Further jobs wait. A store
 * that becomes slow would otherwise collect more statements than it can execute.
 */
const MAX_RUNNING = 100;
/** Time after which a job that has not ended is retried, in milliseconds. The store may then receive the job twice. */
const JOB_TIMEOUT_MS = 30_000;
/** Delay of the first retry, in milliseconds. Each retry doubles the delay, up to the maximum. */
const MIN_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** Maximum number of jobs that wait for a retry. Above this number, the oldest job is abandoned. */
const MAX_WAITING = 10_000;
/** Number of `refusals` after which a job is abandoned, if `REFUSED_MS` has passed since its first run. */
const MAX_REFUSALS = 20;
const REFUSED_MS = 600_000;

/** Job that has failed, or is running for the first time. */
interface PendingJob {
  readonly job: StoreJob;
  /** Time of the first run in epoch milliseconds. */
  readonly since: number;
  /** Number of completed jobs at the last failure; infinite before the first failure. */
  completedBefore: number;
  /** Number of times that this job failed again although another job had succeeded since its previous failure. */
  refusals: number;
  waitMs: number;
  error: unknown;
}

/**
 * Queue that runs a limited number of jobs at the same time, and retries failed jobs until the store accepts them. Each job is
 * retried separately. A job is abandoned if the store rejects it permanently or repeatedly, or if too many jobs wait for a retry.
 */
export class Outbox {
  private readonly clock: Clock;
  private readonly onError: (error: unknown) => void;
  private readonly running = new Set<Promise<void>>();
  /** Jobs that wait for a retry, oldest first, each with the function that cancels the retry. */
  private readonly waiting = new Map<PendingJob, () => void>();
  /** Jobs that wait until another job ends, oldest first, each with the function that runs it. */
  private readonly queue = new Map<PendingJob, () => void>();
  /** Number of runs that have not ended, including those that have timed out. */
  private inFlight = 0;
  private completed = 0;
  /** Error of a job that was abandoned after the last flush. */
  private loss: { readonly error: unknown } | undefined;

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.clock = clock;
    this.onError = onError;
  }

  /**
   * Runs a job. Resolves after the first run. Retries run in the background. Returns `undefined` if the store answers at once.
   */
  send(job: StoreJob): Promise<void> | undefined {
    const since = this.clock.now();
    const tried: PendingJob = {
      job,
      since,
      completedBefore: Infinity,
      refusals: 0,
      waitMs: MIN_WAIT_MS,
      error: undefined,
    };
    const doing = this.start(tried);
    if (doing !== undefined) return this.track(tried, doing).then(() => undefined);
    this.completed++;
    return undefined;
  }

  /**
   * Waits for running jobs and retries each failed job once. Rejects with the error of a job that fails again, or once with the
   * error of a job that was abandoned.
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

  /** Flushes, then abandons the jobs that still fail. */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      for (const { job, error } of this.takeWaiting()) job.onLost?.(error);
    }
  }

  private retry(tried: PendingJob): Promise<{ readonly error: unknown } | undefined> {
    return this.track(tried, Promise.resolve(this.start(tried)));
  }

  /** Runs a job, when its turn comes. Returns `undefined` if the store answers at once. */
  private start(tried: PendingJob): Promise<void> | undefined {
    if (this.inFlight < MAX_RUNNING) return this.run(tried);
    return new Promise((resolve) => {
      this.queue.set(tried, () => {
        resolve(this.run(tried));
      });
    });
  }

  private run({ job }: PendingJob): Promise<void> | undefined {
    const doing = invoke(() => job.run());
    if (!(doing instanceof Promise)) return undefined;
    this.inFlight++;
    const end = (): void => {
      this.inFlight--;
      this.startQueued();
    };
    doing.then(end, end);
    return doing;
  }

  private startQueued(): void {
    for (const [tried, run] of this.queue) {
      if (this.inFlight >= MAX_RUNNING) return;
      this.queue.delete(tried);
      run();
    }
  }

  /** Tracks a running job. Resolves to its error if the job failed. */
  private track(tried: PendingJob, doing: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
    const attempted = withTimeout(doing, JOB_TIMEOUT_MS, this.clock, { isBackground: true }).then(
      () => {
        this.completed++;
        return undefined;
      },
      (error: unknown) => {
        // A job that has timed out in the queue runs at its retry instead.
        this.queue.delete(tried);
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
    // If the store accepted other jobs between two failures of this job, the job is the cause, so do not report the store.
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
    this.waiting.set(tried, this.clock.timer(tried.waitMs, retry, { isBackground: true }));
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
