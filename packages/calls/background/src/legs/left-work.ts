import { LlmError, type Attempt, type PreparedTarget, type Usage } from '@majordomo/core';
import { costOfLeg, settleLeg } from '../money/job-ledger.ts';
import type { JobRecord, LeftWork, LegRecord, VendorJob } from '../record/record.ts';
import type { RunParts } from '../record/run-parts.ts';
import { restoredAttempt, storedAttempt } from '@majordomo/core/toolkit';
import { hasEnded, jobApiOf, prepareTarget } from '../vendor/targets.ts';
import { sendRequest } from '../vendor/vendor-request.ts';

/** Wait before work is tried again that has failed, in milliseconds. */
const RETRY_MS = 30_000;
/**
 * Time after the limit of a job until requests to its vendor that fail are given up, and longest wait between them, in milliseconds. The
 * reservation in the ledger expires later, so that the cost of each leg is booked.
 */
const GIVE_UP_MS = 1_800_000;

/**
 * Does the work that is left for the ended legs: cancels jobs at their vendors, books costs, and deletes answers. A later process repeats
 * work that fails. Returns the first error. `prepared`: target that is already prepared.
 */
export async function doLeftWork(parts: RunParts, prepared?: PreparedTarget): Promise<unknown> {
  const { job } = parts;
  const legs: LegRecord[] = [];
  let failure: unknown;
  let retryMs: number | undefined;
  for (const [at, leg] of job.record.legs.entries()) {
    const work = new LegWork(parts, leg, at + 1, prepared);
    const error = await work.run();
    failure ??= error;
    if (work.left.length > 0) retryMs ??= retryAfter(error);
    legs.push(work.leg);
  }
  const hasChanged = legs.some((leg, at) => leg !== job.record.legs[at]);
  const change = (record: JobRecord): JobRecord =>
    hasChanged ? { ...record, legs: [...legs, ...record.legs.slice(legs.length)] } : record;
  // A running job continues with its next leg, so that this process needs its lease.
  await (job.record.state === 'running' ? job.change(change) : job.release(retryMs ?? 0, change));
  return failure;
}

function retryAfter(error: unknown): number {
  const { retryAfterMs = RETRY_MS } = LlmError.is(error) ? error.details : {};
  return Math.min(retryAfterMs, GIVE_UP_MS);
}

/** Work that is left for one leg. */
class LegWork {
  leg: LegRecord;
  private readonly parts: RunParts;
  private readonly number: number;
  private prepared: PreparedTarget | undefined;

  constructor(parts: RunParts, leg: LegRecord, number: number, prepared?: PreparedTarget) {
    this.parts = parts;
    this.leg = leg;
    this.number = number;
    if (prepared?.attempt.target === leg.target) this.prepared = prepared;
  }

  get left(): readonly LeftWork[] {
    return this.leg.job?.left ?? [];
  }

  /** Does the work in its order, until it is done or fails. Returns the first error. */
  async run(): Promise<unknown> {
    let failure: unknown;
    for (const work of this.left) {
      try {
        if (!(await this.perform(work))) return failure;
      } catch (error) {
        this.parts.signal.throwIfAborted();
        this.emitDelayed(error);
        failure ??= error;
        // Only requests to the vendor are given up, and then the next work follows. A booking is always tried again.
        if (work === 'settle' || !this.isOver) return failure;
      }
      const { job } = this.leg;
      if (job !== undefined) this.leg = { ...this.leg, job: { ...job, left: job.left.slice(1) } };
    }
    return failure;
  }

  /** Whether requests to the vendor that fail are given up. */
  private get isOver(): boolean {
    const { expiresAt = 0 } = this.leg.job ?? {};
    return this.parts.setup.clock.now() >= expiresAt + GIVE_UP_MS;
  }

  /** Returns whether the work is done. */
  private async perform(work: LeftWork): Promise<boolean> {
    const { job, setup } = this.parts;
    const { ref } = this.leg.job ?? {};
    if (work === 'settle') {
      await settleLeg(withLeg(job.record, this.leg, this.number), this.number, setup);
      return true;
    }
    if (ref === undefined) return true;
    const target = await this.target();
    if (work === 'stop') return this.stop(target, ref);
    await this.send(target, async (own) => jobApiOf(target).remove?.(ref, own));
    return true;
  }

  /** Cancels the job at the vendor, and stores the usage that the vendor reports. */
  private async stop(target: PreparedTarget, ref: string): Promise<boolean> {
    const api = jobApiOf(target);
    await this.send(target, async (own) => api.cancel?.(ref, own));
    const found = await this.send(target, (own) => api.look(ref, own)).catch((cause: unknown) => {
      if (LlmError.is(cause, 'not-found')) return undefined;
      throw cause;
    });
    if (found === undefined) return true;
    // The vendor reports usage when the job has ended. The wait for it ends with the limit of the job.
    if (!hasEnded(found)) return this.parts.setup.clock.now() >= (this.leg.job?.expiresAt ?? 0);
    const usage = found.video?.usage ?? (await usageIn(target, found.answer));
    // Without usage, the attempt stays `abandoned`, so that its complete reservation is booked. A video that has failed costs nothing.
    if (usage !== undefined || found.video?.error !== undefined) await this.storeUsage(usage);
    return true;
  }

  private async storeUsage(usage: Usage | undefined): Promise<void> {
    // The leg of a job at a vendor has one attempt.
    const [stored] = this.leg.attempts;
    if (stored === undefined) return;
    const attempt: Attempt = { ...restoredAttempt(stored), outcome: 'failed', usage };
    const { nanoUsd } = await costOfLeg(attempt, this.parts.job.record, this.parts.setup);
    const attempts = [storedAttempt(attempt)];
    this.leg = { ...this.leg, attempts, nanoUsd: nanoUsd?.toString() ?? null };
  }

  private async target(): Promise<PreparedTarget> {
    const { job, setup, signal } = this.parts;
    const { target = job.record.spec } = this.leg;
    return (this.prepared ??= await prepareTarget(target, job.record, setup, signal));
  }

  private send<T>(
    { context }: PreparedTarget,
    run: (own: PreparedTarget['context']) => Promise<T>,
  ): Promise<T> {
    const { setup, signal } = this.parts;
    return sendRequest(context, { clock: setup.clock, connectMs: undefined, signal }, run);
  }

  private emitDelayed(cause: unknown): void {
    const { job, setup } = this.parts;
    const { key, tenant } = job.record;
    const why = 'a change of the store or the ledger has failed';
    const error = LlmError.is(cause) ? cause : new LlmError('server', why, {}, { cause });
    const inMs = retryAfter(cause);
    setup.emit({ key, tenant, target: this.leg.target, type: 'job-delayed', error, inMs });
  }
}

/** Returns the usage that the answer of a chat reports. */
async function usageIn(target: PreparedTarget, answer: Response | undefined): Promise<Usage | undefined> {
  if (answer === undefined) return undefined;
  const [reported] = await target
    .read(answer)
    .response()
    .then(
      ({ attempts }) => attempts,
      (error: unknown) => (LlmError.is(error) ? error.details.attempts : []),
    );
  return reported?.usage;
}

const withLeg = (record: JobRecord, leg: LegRecord, number: number): JobRecord => ({
  ...record,
  legs: record.legs.map((each, at) => (at === number - 1 ? leg : each)),
});

/** Returns a running leg at a vendor as the leg of a cancelled job. */
export function cancelledLeg(leg: LegRecord, error: LlmError, now: number): LegRecord {
  const { job, target = '', startedAt } = leg;
  if (leg.state !== 'running' || job === undefined) return leg;
  const { vendor, model, billing, name } = job.about;
  const attempt: Attempt = {
    target,
    vendor,
    model,
    billing,
    name,
    outcome: 'abandoned',
    error,
    usage: undefined,
    ms: now - startedAt,
    stopped: true,
  };
  const ended: VendorJob = { ...job, left: ['stop', 'settle', 'remove'] };
  return { ...leg, state: 'ended', endedAt: now, attempts: [storedAttempt(attempt)], job: ended };
}
