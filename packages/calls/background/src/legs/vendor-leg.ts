import {
  LlmError,
  type Attempt,
  type JobBackend,
  type JobLook,
  type PreparedTarget,
  type Usage,
  type VideoEnd,
} from '@majordomo/core';
import { abortable, storedAttempt, storedError } from '@majordomo/core/toolkit';
import { costOfLeg, mostOf, reserveLeg } from '../money/job-ledger.ts';
import { LegEvents } from '../events/leg-events.ts';
import { LeaseLost } from '../record/leased-job.ts';
import { firstLook, LookTimes } from '../vendor/look-times.ts';
import { legFacts, withFailure, withJob, withLastLeg, withNewLeg } from './legs.ts';
import { skippedLeg } from './choose-leg.ts';
import { resumedStream, type ResumedStream } from '../vendor/resumed-stream.ts';
import { timeoutsOf, totalAtOf, vendorIdOf } from '../record/record.ts';
import { storeVendorId } from '../record/vendor-ids.ts';
import type { JobRecord, LeftWork, LegRecord, StoredVideos, VendorJob } from '../record/record.ts';
import type { RunParts } from '../record/run-parts.ts';
import { storedAnswer } from '../events/stored-answer.ts';
import { hasEnded, jobApiOf, prepareStart, type SendStart } from '../vendor/targets.ts';
import { isUnknownStart, noVideoError, startedError } from '../vendor/vendor-errors.ts';
import { needsPerson, sendRequest, type RequestLimits } from '../vendor/vendor-request.ts';

/** Result of a look. `gone`: the vendor has no such job, and the leg has ended. `delayed`: the look has failed. */
type Found = JobLook | 'gone' | 'delayed';

/** Leg that is a job at a vendor. */
export class VendorLeg {
  private readonly parts: RunParts;
  private readonly target: PreparedTarget;
  private readonly events: LegEvents;
  /** Aborts when the time of the job is over. */
  private readonly limit = new AbortController();
  /** Signal of requests, which also follows `limit` until the last look. */
  private signal: AbortSignal;
  private readonly looks: LookTimes;

  constructor(parts: RunParts, target: PreparedTarget) {
    this.parts = parts;
    this.target = target;
    this.events = new LegEvents(parts.log);
    this.looks = new LookTimes(parts.setup.clock);
    this.signal = AbortSignal.any([parts.signal, this.limit.signal]);
  }

  /** Ends the wait for the next look. */
  lookNow(): void {
    this.looks.wake();
  }

  /**
   * Starts the job. `base` returns the record before the leg. If the vendor does not accept the job, ends the leg and returns false.
   */
  async start(base: (record: JobRecord) => JobRecord): Promise<boolean> {
    const { job, setup, log } = this.parts;
    const { target } = this;
    const { attempt } = target;
    const now = setup.clock.now();
    const skip = (record: JobRecord, error: LlmError): JobRecord => {
      const before = base(record);
      return { ...before, legs: [...before.legs, skippedLeg(target, error, now)] };
    };
    let sendStart: SendStart;
    try {
      sendStart = await prepareStart(target);
    } catch (cause) {
      if (!LlmError.is(cause) || this.parts.signal.aborted) throw cause;
      await job.change((record) => (record.state === 'running' ? skip(record, cause) : undefined));
      return false;
    }
    const created = await this.newJob(now);
    await job.change((record) =>
      record.state === 'running'
        ? withLastLeg(withNewLeg(base(record), now), { target: attempt.target, job: created })
        : undefined,
    );
    if (job.record.state !== 'running') return false;
    log.begin(job.record.legs.length);
    const denial = await reserveLeg(job.record, setup);
    if (denial !== undefined) {
      const { error, advances } = denial;
      const skipped = skippedLeg(target, error, now);
      // `chooseLeg` continues with the next target only after a skipped leg without a job.
      await this.endLeg(advances ? { ...skipped, job: undefined } : skipped);
      return false;
    }
    return this.send(sendStart);
  }

  private async newJob(now: number): Promise<VendorJob> {
    const { vendor, model, billing, name } = this.target.attempt;
    const { completeMs = 0 } = timeoutsOf(this.parts.job.record);
    return {
      token: crypto.randomUUID(),
      about: { vendor, model, billing, name },
      most: await mostOf(this.target, this.parts.setup),
      expiresAt: now + (completeMs === 0 ? this.api.expiresMs : completeMs),
      ...firstLook(now),
      left: [],
    };
  }

  /** Sends the start. Returns whether the vendor has accepted the job. */
  private async send(sendStart: SendStart): Promise<boolean> {
    const { job, setup } = this.parts;
    const { context, attempt } = this.target;
    let ref: string;
    try {
      ref = await sendRequest(context, this.limits, (own) => sendStart(this.vendorJob.token, own));
    } catch (cause) {
      if (!LlmError.is(cause) || this.parts.signal.aborted) throw cause;
      await this.fail(cause, isUnknownStart(cause) ? 'abandoned' : 'failed', ['settle']);
      return false;
    }
    await this.saveRef(ref);
    const vendorId = vendorIdOf(ref);
    await storeVendorId(vendorId, job.id, this.vendorJob.expiresAt, setup);
    const { key, tenant, legs } = job.record;
    setup.emit({ key, tenant, target: attempt.target, type: 'leg-started', leg: legs.length, vendorId });
    return true;
  }

  /** Reads the answer of the job when it has ended. With `isStep`, looks only once. Returns whether the leg has ended. */
  async follow(): Promise<boolean> {
    const { clock } = this.parts.setup;
    const { expiresAt } = this.vendorJob;
    const endsAt = Math.min(expiresAt, totalAtOf(this.parts.job.record));
    this.looks.set(this.vendorJob, endsAt);
    if (clock.now() >= endsAt) return this.lookLast();
    const cancel = clock.timer(Math.max(0, endsAt - clock.now()), () => {
      this.limit.abort();
    });
    try {
      return await this.read();
    } catch (cause) {
      if (!this.limit.signal.aborted || this.parts.signal.aborted) throw cause;
      // The last look is a request after the limit, so only an abort of the work ends it.
      this.signal = this.parts.signal;
      this.events.restart();
      return await this.lookLast();
    } finally {
      cancel();
    }
  }

  /** Looks at a job whose time is over. The vendor may have ended it after the last look. */
  private async lookLast(): Promise<boolean> {
    const end = await this.endBy(await this.look());
    if (end !== undefined) return end;
    await this.expire();
    return true;
  }

  private async read(): Promise<boolean> {
    const resumed = this.parts.isStep ? undefined : resumedStream(this.target, this.ref, this.limits);
    if (resumed !== undefined) {
      if (await this.readAnswer(resumed.response, resumed)) return true;
      // The answer that a look finds repeats the events of the stream.
      this.events.restart();
    }
    return this.lookUntilEnd();
  }

  private async lookUntilEnd(): Promise<boolean> {
    const { isStep } = this.parts;
    for (;;) {
      if (!isStep) await this.looks.sleep(this.signal);
      const found = await this.look();
      const end = await this.endBy(found);
      if (end !== undefined) return end;
      const progress = this.progressAfter(found);
      if (isStep) return this.pause(progress);
      await this.saveProgress(progress);
    }
  }

  /** Reads the result that a look has found. Returns whether the leg has ended, or `undefined` if the look has found no end. */
  private async endBy(found: Found): Promise<boolean | undefined> {
    if (found === 'gone') return true;
    if (found === 'delayed') return undefined;
    if (found.answer !== undefined) return this.readAnswer(found.answer);
    if (found.video === undefined) return undefined;
    await this.endVideo(found.video);
    return true;
  }

  /** Returns the progress that a look has found, otherwise that of the last look. */
  private progressAfter(found: Found): number | undefined {
    const { progress } = this.vendorJob;
    return typeof found === 'object' ? (found.progress ?? progress) : progress;
  }

  private async saveProgress(progress: number | undefined): Promise<void> {
    if (progress === this.vendorJob.progress) return;
    await this.parts.job.change((record) => withJob(record, { progress }));
  }

  /** Releases the lease until the next look. Returns that the leg has not ended. */
  private async pause(progress: number | undefined): Promise<false> {
    const { lookAt, lookMs, inMs } = this.looks;
    await this.parts.job.release(inMs, (record) => withJob(record, { lookAt, lookMs, progress }));
    return false;
  }

  /** Looks at the job. Returns `delayed` if the look has failed, and ends the leg if the vendor has no such job. */
  private async look(): Promise<Found> {
    const { setup, job } = this.parts;
    const { context, attempt } = this.target;
    try {
      const found = await sendRequest(context, this.limits, (own) => this.api.look(this.ref, own));
      this.looks.afterLook(found.pollMs);
      return found;
    } catch (cause) {
      this.signal.throwIfAborted();
      if (LlmError.is(cause, 'not-found')) {
        const why = `${attempt.target}: the vendor no longer has the job: ${cause.message}`;
        await this.fail(new LlmError('server', why, cause.details, { cause }), 'abandoned', ['settle']);
        return 'gone';
      }
      const inMs = this.looks.afterFailure(LlmError.is(cause) ? cause.details.retryAfterMs : undefined);
      if (!LlmError.is(cause) || needsPerson(cause)) throw cause;
      const { key, tenant } = job.record;
      setup.emit({ key, tenant, target: attempt.target, type: 'job-delayed', error: cause, inMs });
      return 'delayed';
    }
  }

  /** Reads an answer, and ends the leg. Returns false if the stream is lost. */
  private async readAnswer(answer: Response, resumed?: ResumedStream): Promise<boolean> {
    const stream = this.target.read(answer);
    const reading = (async () => {
      for await (const event of stream) this.events.push(event);
      return stream.response();
    })();
    let response;
    try {
      response = await abortable(reading, this.signal);
    } catch (cause) {
      reading.catch(() => undefined);
      this.signal.throwIfAborted();
      if (!LlmError.is(cause)) throw cause;
      // A lost stream does not show whether the job has failed, so the vendor is asked for its answer.
      return resumed?.isLost !== true && (await this.failAnswer(cause, resumed !== undefined));
    }
    const [attempt] = response.attempts;
    if (attempt === undefined) throw new TypeError('a response has no attempt');
    this.events.end();
    const answerRecord = storedAnswer(response, this.events.streamed);
    await this.endLeg(await this.endedLeg(attempt, this.workAfterEnd), (record) => ({
      ...record,
      state: 'completed',
      answer: answerRecord,
    }));
    if (this.parts.job.record.state === 'completed') this.events.finish(response);
    return true;
  }

  /** Ends the leg with the result of a video. */
  private async endVideo({ videos, usage, error }: VideoEnd): Promise<void> {
    const { attempt, video } = this.target;
    const { target } = attempt;
    const left = this.workAfterEnd;
    const failure = error ?? (videos.length === 0 ? noVideoError(target) : undefined);
    if (failure !== undefined) return this.fail(startedError(failure), 'failed', left, usage);
    const finished: Attempt = { ...this.ownFacts, outcome: 'finished', error: undefined, usage };
    const stored: StoredVideos = { target, usage, warnings: video?.warnings ?? [], videos };
    await this.endLeg(await this.endedLeg(finished, left), (record) => ({
      ...record,
      state: 'completed',
      videos: stored,
    }));
  }

  /** Ends the leg after a failed answer. Returns false if only the stream has failed, and the vendor still works on the job. */
  private async failAnswer(error: LlmError, isStream: boolean): Promise<boolean> {
    if (isStream) {
      const found = await this.look();
      if (found === 'gone') return true;
      if (found !== 'delayed' && !hasEnded(found)) return false;
    }
    await this.fail(startedError(error), 'failed', this.workAfterEnd);
    return true;
  }

  /** Ends the leg, or the job, because its time is over. */
  private async expire(): Promise<void> {
    const { setup, job, log } = this.parts;
    const { target } = this.target.attempt;
    const isTotal = setup.clock.now() >= totalAtOf(job.record);
    const phase = isTotal ? 'total' : 'complete';
    const ms = isTotal ? timeoutsOf(job.record).totalMs : this.vendorJob.expiresAt - this.startedAt;
    const why = `${target}: the job exceeded timeouts.${phase}Ms of ${String(ms)} ms; raise it for longer answers`;
    const error = new LlmError('timeout', why, { target, phase });
    await this.fail(error, 'abandoned', ['stop', ...this.workAfterEnd]);
    if (!isTotal) return;
    await job.change((record) => (record.state === 'running' ? withFailure(record, error, log) : undefined));
  }

  private async fail(
    error: LlmError,
    outcome: 'failed' | 'abandoned',
    left: readonly LeftWork[],
    usage?: Usage,
  ): Promise<void> {
    const attempt = error.details.attempts.at(-1) ?? { ...this.ownFacts, usage };
    await this.endLeg(await this.endedLeg({ ...attempt, outcome, error }, left));
  }

  private get ownFacts(): Omit<Attempt, 'outcome' | 'error' | 'usage'> {
    const { target, vendor, model, billing, name } = this.target.attempt;
    return { target, vendor, model, billing, name, ms: 0 };
  }

  private async endedLeg(attempt: Attempt, left: readonly LeftWork[]): Promise<Partial<LegRecord>> {
    const { setup } = this.parts;
    const now = setup.clock.now();
    const { nanoUsd } =
      attempt.outcome === 'abandoned'
        ? { nanoUsd: undefined }
        : await costOfLeg(attempt, this.parts.job.record, setup);
    const job: VendorJob = { ...this.vendorJob, left };
    return {
      state: 'ended',
      endedAt: now,
      attempts: [storedAttempt({ ...attempt, ms: now - this.startedAt })],
      error: attempt.error && storedError(attempt.error),
      nanoUsd: nanoUsd?.toString() ?? null,
      job,
    };
  }

  /** Saves the end of the leg. A job that was cancelled in the meantime remains cancelled. */
  private async endLeg(
    leg: Partial<LegRecord>,
    end = (record: JobRecord): JobRecord => record,
  ): Promise<void> {
    const { job, setup } = this.parts;
    await job.changeSurely((record) =>
      record.state === 'running' ? end(withLastLeg(record, leg)) : undefined,
    );
    const { key, tenant, legs, state } = job.record;
    const last = legs.at(-1);
    if (last === undefined || state === 'cancelled') return;
    const about = { key, tenant, target: last.target };
    if (last.isSkipped === true) {
      setup.emit({ ...about, type: 'target-skipped', why: last.error?.message ?? '' });
      return;
    }
    setup.emit({ ...about, type: 'leg-ended', ...legFacts(last, legs.length) });
  }

  /** Saves the reference of the job. Cancels the job at the vendor if another process has taken over. */
  private async saveRef(ref: string): Promise<void> {
    const { job } = this.parts;
    const { context } = this.target;
    try {
      await job.changeSurely((record) => withJob(record, { ref }));
    } catch (cause) {
      // The signal of the work is aborted with the lease.
      if (cause instanceof LeaseLost)
        await this.api.cancel?.(ref, { ...context, signal: new AbortController().signal });
      throw cause;
    }
  }

  private get api(): JobBackend {
    return jobApiOf(this.target);
  }

  private get vendorJob(): VendorJob {
    const job = this.parts.job.record.legs.at(-1)?.job;
    if (job === undefined) throw new TypeError('the leg is not a job at a vendor');
    return job;
  }

  /** Reference of the job, which the vendor has accepted before this leg is followed. */
  private get ref(): string {
    return this.vendorJob.ref ?? '';
  }

  private get startedAt(): number {
    return this.parts.job.record.legs.at(-1)?.startedAt ?? 0;
  }

  private get limits(): RequestLimits {
    const { connectMs } = timeoutsOf(this.parts.job.record);
    return { clock: this.parts.setup.clock, connectMs, signal: this.signal };
  }

  /** Work after the vendor has ended the job. Amounts exist only with a ledger. */
  private get workAfterEnd(): readonly LeftWork[] {
    const work: LeftWork[] = [];
    if (this.vendorJob.most !== undefined) work.push('settle');
    if (this.api.remove !== undefined) work.push('remove');
    return work;
  }
}
