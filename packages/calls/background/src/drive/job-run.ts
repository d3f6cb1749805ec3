import { LlmError, type PreparedTarget } from '@majordomo/core';
import { chooseLeg, type Choice } from '../legs/choose-leg.ts';
import { doLeftWork } from '../legs/left-work.ts';
import { refusalOf, withAbandonedLeg, withFailure, withJob } from '../legs/legs.ts';
import { LiveLeg } from '../legs/live-leg.ts';
import { hasWork, runningJob, type JobRecord } from '../record/record.ts';
import type { RunParts } from '../record/run-parts.ts';
import { restoredError } from '@majordomo/core/toolkit';
import { hasJobApi, prepareTarget, prepareTargets } from '../vendor/targets.ts';
import { needsPerson } from '../vendor/vendor-request.ts';
import { VendorLeg } from '../legs/vendor-leg.ts';

/** Maximum wait before a refused start is tried again, in milliseconds: usually, and if the vendor states a wait. */
const RETRY_MS = { usual: 200, most: 20_000 } as const;
/** Wait before the next look after an error that ends the run, usually because a person must act, in milliseconds. */
const ERROR_MS = 30_000;

interface RunEvents {
  /** Called when the call of a leg has begun. */
  readonly onStarted: () => void;
  /** Called when a vendor works on the job. */
  readonly onVendor: (leg: VendorLeg) => void;
  /** Called when the job has ended, possibly before the work that is left. */
  readonly onEnd: () => void;
}

/** Change of a record before a further leg. */
type Base = (record: JobRecord) => JobRecord;

/** Work of a process on a job, leg after leg. */
export class JobRun {
  private readonly parts: RunParts;
  private readonly events: RunEvents;
  /** Target of the leg that this process has followed last. */
  private target: PreparedTarget | undefined;

  constructor(parts: RunParts, events: RunEvents) {
    this.parts = parts;
    this.events = events;
  }

  /** Drives the job to its end, or until a vendor works on it if the process looks only once. */
  async run(): Promise<void> {
    const { job, setup, signal, isStep } = this.parts;
    /** Target of a start that a vendor has just accepted, which `follow` need not prepare again. */
    let started: PreparedTarget | undefined;
    while (job.record.state === 'running') {
      if (runningJob(job.record) === undefined) {
        started = await this.nextLeg();
        if (isStep && started !== undefined) {
          const { lookAt = 0 } = runningJob(job.record) ?? {};
          await job.release(lookAt - setup.clock.now());
          return;
        }
      } else {
        const hasEnded = await this.follow(started);
        started = undefined;
        if (!hasEnded) return;
      }
    }
    this.events.onEnd();
    this.emitEnd();
    if (signal.aborted || !hasWork(job.record)) return;
    const error = await doLeftWork(this.parts, this.target);
    // A step reports that a person must act. Readers of the ended job do not need this error.
    if (isStep && needsPerson(error)) throw error;
  }

  /** Follows the vendor's job of the last leg. Returns whether the leg has ended. Only a step returns before the end. */
  private async follow(started: PreparedTarget | undefined): Promise<boolean> {
    const { job, setup, signal } = this.parts;
    try {
      const key = job.record.legs.at(-1)?.target ?? job.record.spec;
      const target = started ?? (await prepareTarget(key, job.record, setup, signal));
      this.target = target;
      const leg = new VendorLeg(this.parts, target);
      this.events.onVendor(leg);
      const hasEnded = await leg.follow();
      if (hasEnded && job.record.state === 'running') await doLeftWork(this.parts, target);
      return hasEnded;
    } catch (error) {
      if (!signal.aborted) await this.release();
      throw error;
    }
  }

  /**
   * Releases the lease after a failed look. After a failed start there is no look to schedule, so the driver releases the lease.
   */
  private async release(): Promise<void> {
    const { job, setup } = this.parts;
    const lookAt = setup.clock.now() + ERROR_MS;
    await job
      .release(ERROR_MS, (record) => (record.state === 'running' ? withJob(record, { lookAt }) : undefined))
      .catch(() => undefined);
  }

  /** Begins the next leg, or ends the job. Returns the target of a job that a vendor has accepted. */
  private async nextLeg(): Promise<PreparedTarget | undefined> {
    const { job, setup, signal, local } = this.parts;
    const now = setup.clock.now();
    // A process with the lease follows its own leg to the end, so a leg that still runs here is that of a process that has died.
    const abandoned: Base = (record) => withAbandonedLeg(record, now);
    const known = abandoned(job.record);
    const refusal = refusalOf(job.record, now);
    if (refusal !== undefined) return this.failJob(abandoned, refusal);
    let targets: readonly PreparedTarget[];
    try {
      targets = await prepareTargets(known, setup, signal, local);
    } catch (cause) {
      if (!LlmError.is(cause) || signal.aborted) throw cause;
      return this.failJob(abandoned, cause);
    }
    const health = setup.majordomo.health.snapshot();
    const choice = chooseLeg(known, targets, { isLive: setup.isLive, health, now });
    this.emitSkipped(choice);
    const base: Base = (record) => {
      const before = abandoned(record);
      return { ...before, legs: [...before.legs, ...choice.skipped] };
    };
    const { target, order, error } = choice;
    if (target === undefined)
      return this.failJob(base, error ?? new LlmError('server', `${known.spec}: the job has no target left`));
    if (choice.isRetry) await this.waitForRetry(known);
    if (hasJobApi(target)) {
      const leg = new VendorLeg(this.parts, target);
      if (!(await leg.start(base))) {
        if (job.record.state === 'running') await doLeftWork(this.parts, target);
        return undefined;
      }
      this.events.onStarted();
      return target;
    }
    const leg = new LiveLeg({ ...this.parts, order, onStarted: this.events.onStarted });
    await leg.run(base);
    return undefined;
  }

  private async waitForRetry({ legs }: JobRecord): Promise<void> {
    const { clock } = this.parts.setup;
    const stored = legs.at(-1)?.error;
    const { retryAfterMs = Math.random() * RETRY_MS.usual } =
      stored === undefined ? {} : restoredError(stored).details;
    await clock.sleep(Math.min(RETRY_MS.most, retryAfterMs), this.parts.signal);
  }

  /** Ends the job, so that `run` begins no further leg. */
  private async failJob(base: Base, error: LlmError): Promise<undefined> {
    const { job, log } = this.parts;
    await job.changeSurely((record) =>
      record.state === 'running' ? withFailure(base(record), error, log) : undefined,
    );
    return undefined;
  }

  private emitSkipped({ skipped }: Choice): void {
    const { job, setup } = this.parts;
    const { key, tenant } = job.record;
    for (const { target, error } of skipped)
      setup.emit({ key, tenant, target, type: 'target-skipped', why: error?.message ?? '' });
  }

  /** Reports the end of the job. The process that cancels a job reports its end. */
  private emitEnd(): void {
    const { job, setup } = this.parts;
    const { key, tenant, state, legs } = job.record;
    const target = legs.at(-1)?.target;
    if (state === 'completed' || state === 'failed')
      setup.emit({ key, tenant, target, type: 'job-ended', state });
  }
}
