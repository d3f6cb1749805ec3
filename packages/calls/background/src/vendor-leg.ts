import { LlmError, type Attempt, type JobLook } from '@majordomo/core';
import { abortable } from '@majordomo/core/toolkit';
import { costOfLeg, mostOf, reserveLeg } from './job-ledger.ts';
import { LegEvents } from './leg-events.ts';
import { LeaseLost } from './leased-job.ts';
import { legFacts, withFailure, withLastLeg, withNewLeg } from './legs.ts';
import { skippedLeg } from './choose-leg.ts';
import { resumedStream, type ResumedStream } from './resumed-stream.ts';
import { timeoutsOf, totalAtOf, vendorIdOf } from './record.ts';
import type { JobRecord, LeftWork, LegRecord, VendorJob } from './record.ts';
import type { RunParts } from './run-parts.ts';
import { storedAnswer, storedAttempt, storedError } from './stored-answer.ts';
import type { JobTarget } from './targets.ts';
import { isTransient, sendRequest, type RequestLimits } from './vendor-request.ts';

/** Wait before the first look at a job, in milliseconds. Each wait is twice as long as the last. */
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** Limits of the time before the next look that a vendor suggests, in milliseconds. */
const POLL_MS = { least: 1000, most: 60_000 } as const;

/** Leg that is a job at a vendor. */
export class VendorLeg {
  private readonly parts: RunParts;
  private readonly target: JobTarget;
  private readonly events: LegEvents;
  private readonly limit = new AbortController();
  private signal: AbortSignal;
  private lookAt = 0;
  private lookMs = 0;
  private wake = new AbortController();

  constructor(parts: RunParts, target: JobTarget) {
    this.parts = parts;
    this.target = target;
    this.events = new LegEvents(parts.log);
    this.signal = AbortSignal.any([parts.signal, this.limit.signal]);
  }

  /** Ends the wait for the next look. */
  lookNow(): void {
    this.wake.abort();
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
    let captured: Awaited<ReturnType<JobTarget['capture']>>;
    try {
      captured = await target.capture();
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
      await this.endLeg(advances ? { ...skipped, job: undefined } : skipped);
      return false;
    }
    return this.send(captured);
  }

  private async newJob(now: number): Promise<VendorJob> {
    const { background, attempt } = this.target;
    const { vendor, model, billing, name } = attempt;
    const { completeMs = 0 } = timeoutsOf(this.parts.job.record);
    return {
      token: crypto.randomUUID(),
      about: { vendor, model, billing, name },
      most: await mostOf(this.target, this.parts.setup),
      expiresAt: now + (completeMs === 0 ? background.expiresMs : completeMs),
      lookAt: now + FIRST_WAIT_MS,
      lookMs: FIRST_WAIT_MS,
      left: [],
    };
  }

  /** Sends the start. Returns whether the vendor has accepted the job. */
  private async send({ body, headers }: Awaited<ReturnType<JobTarget['capture']>>): Promise<boolean> {
    const { job, setup } = this.parts;
    const { background, context, attempt } = this.target;
    const { token } = this.vendorJob;
    let ref: string;
    try {
      ref = await sendRequest(context, this.limits, (own) => background.start(body, headers, token, own));
    } catch (cause) {
      if (!LlmError.is(cause) || this.parts.signal.aborted) throw cause;
      await this.failStart(cause);
      return false;
    }
    await this.saveRef(ref);
    const { key, tenant, legs } = job.record;
    const leg = legs.length;
    const vendorId = vendorIdOf(ref);
    setup.emit({ key, tenant, target: attempt.target, type: 'leg-started', leg, vendorId });
    return true;
  }

  /** Reads the answer of the job when it has ended. With `isStep`, looks only once. Returns whether the leg has ended. */
  async follow(): Promise<boolean> {
    const { clock } = this.parts.setup;
    const { expiresAt, lookAt, lookMs } = this.vendorJob;
    this.lookAt = lookAt;
    this.lookMs = lookMs;
    const endsAt = Math.min(expiresAt, totalAtOf(this.parts.job.record));
    if (clock.now() >= endsAt) return this.lookLast();
    const cancel = clock.timer(Math.max(0, endsAt - clock.now()), () => {
      this.limit.abort();
    });
    try {
      return await this.read();
    } catch (cause) {
      if (!this.limit.signal.aborted || this.parts.signal.aborted) throw cause;
      this.signal = this.parts.signal;
      this.events.restart();
      return await this.lookLast();
    } finally {
      cancel();
    }
  }

  /** Looks at a job whose time is over. The vendor may have ended it after the last look. */
  private async lookLast(): Promise<boolean> {
    const found = await this.look();
    if (found === 'gone') return true;
    if (found !== 'delayed' && found.answer !== undefined) return this.readAnswer(found.answer);
    await this.expire();
    return true;
  }

  private async read(): Promise<boolean> {
    const resumed = this.parts.isStep ? undefined : resumedStream(this.target, this.ref, this.limits);
    if (resumed !== undefined) {
      if (await this.readAnswer(resumed.response, resumed)) return true;
      this.events.restart();
    }
    return this.lookUntilEnd();
  }

  private async lookUntilEnd(): Promise<boolean> {
    const { isStep } = this.parts;
    for (;;) {
      if (!isStep) await this.sleepUntil(this.lookAt);
      const found = await this.look();
      if (found === 'gone') return true;
      if (found !== 'delayed' && found.answer !== undefined) return this.readAnswer(found.answer);
      if (isStep) return this.pause();
    }
  }

  /** Releases the lease until the next look. Returns that the leg has not ended. */
  private async pause(): Promise<false> {
    const { lookAt, lookMs } = this;
    await this.parts.job.change((record) => ({ ...withJob(record, { lookAt, lookMs }), lookAt }));
    return false;
  }

  private async sleepUntil(time: number): Promise<void> {
    const { clock } = this.parts.setup;
    this.wake = new AbortController();
    const wake = this.wake.signal;
    await clock.sleep(Math.max(0, time - clock.now()), AbortSignal.any([this.signal, wake])).catch(() => {
      this.signal.throwIfAborted();
    });
  }

  /** Looks at the job. Returns `delayed` if the look has failed, and ends the leg if the vendor has no such job. */
  private async look(): Promise<JobLook | 'gone' | 'delayed'> {
    const { setup, job } = this.parts;
    const { background, context, attempt } = this.target;
    const doubled = Math.min(MAX_WAIT_MS, this.lookMs * 2);
    try {
      const found = await sendRequest(context, this.limits, (own) => background.look(this.ref, own));
      const { pollMs } = found;
      this.lookMs = doubled;
      this.waitFor(pollMs === undefined ? doubled : Math.min(POLL_MS.most, Math.max(POLL_MS.least, pollMs)));
      return found;
    } catch (cause) {
      this.signal.throwIfAborted();
      if (LlmError.is(cause, 'not-found')) {
        const why = `${attempt.target}: the vendor no longer has the job: ${cause.message}`;
        await this.fail(new LlmError('server', why, cause.details, { cause }), 'abandoned', ['settle']);
        return 'gone';
      }
      this.lookMs = doubled;
      const inMs = (LlmError.is(cause) ? cause.details.retryAfterMs : undefined) ?? doubled;
      this.waitFor(inMs);
      if (!LlmError.is(cause) || !isTransient(cause)) throw cause;
      const { key, tenant } = job.record;
      setup.emit({ key, tenant, target: attempt.target, type: 'job-delayed', error: cause, inMs });
      return 'delayed';
    }
  }

  private waitFor(ms: number): void {
    this.lookAt = this.parts.setup.clock.now() + ms;
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
      return resumed?.isLost !== true && (await this.failAnswer(cause, resumed !== undefined));
    }
    const [attempt] = response.attempts;
    if (attempt === undefined) throw new TypeError('a response has no attempt');
    this.events.end();
    const answerRecord = storedAnswer(response, this.events.streamed);
    const left = this.workAfterEnd;
    await this.endLeg(await this.endedLeg(attempt, left), (record) => ({
      ...record,
      state: 'completed',
      answer: answerRecord,
    }));
    if (this.parts.job.record.state === 'completed') this.events.finish(response);
    return true;
  }

  /** Ends the leg after a failed answer. Returns false if only the stream has failed, and the vendor still works on the job. */
  private async failAnswer(error: LlmError, isStream: boolean): Promise<boolean> {
    const found = isStream ? await this.look() : 'delayed';
    if (found === 'gone') return true;
    if (found !== 'delayed' && found.answer === undefined) return false;
    await this.fail(startedError(error), 'failed', this.workAfterEnd);
    return true;
  }

  /** Ends the leg after a refused or unknown start. */
  private failStart(error: LlmError): Promise<void> {
    const isUnknown = isUnknownStart(error);
    return this.fail(error, isUnknown ? 'abandoned' : 'failed', ['settle']);
  }

  /** Ends the leg, or the job, because its time is over. */
  private async expire(): Promise<void> {
    const { setup, job, log } = this.parts;
    const { target } = this.target.attempt;
    const isTotal = setup.clock.now() >= totalAtOf(this.parts.job.record);
    const phase = isTotal ? 'total' : 'complete';
    const ms = isTotal
      ? timeoutsOf(this.parts.job.record).totalMs
      : this.vendorJob.expiresAt - this.startedAt;
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
  ): Promise<void> {
    const { target, vendor, model, billing, name } = this.target.attempt;
    const own = { target, vendor, model, billing, name, usage: undefined, ms: 0 };
    const attempt: Attempt = error.details.attempts.at(-1) ?? { ...own, outcome, error };
    await this.endLeg(await this.endedLeg({ ...attempt, outcome, error }, left));
  }

  private async endedLeg(attempt: Attempt, left: readonly LeftWork[]): Promise<Partial<LegRecord>> {
    const { setup } = this.parts;
    const now = setup.clock.now();
    const { nanoUsd } =
      attempt.outcome === 'abandoned' ? { nanoUsd: undefined } : await costOfLeg(attempt, setup);
    const { error } = attempt;
    const job: VendorJob = { ...this.vendorJob, left };
    return {
      state: 'ended',
      endedAt: now,
      attempts: [storedAttempt({ ...attempt, ms: now - this.startedAt })],
      error: error && storedError(error),
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
    const { background, context } = this.target;
    try {
      await job.changeSurely((record) => withJob(record, { ref }));
    } catch (cause) {
      if (cause instanceof LeaseLost)
        await background.cancel?.(ref, { ...context, signal: new AbortController().signal });
      throw cause;
    }
  }

  private get vendorJob(): VendorJob {
    const job = this.parts.job.record.legs.at(-1)?.job;
    if (job === undefined) throw new TypeError('the leg is not a job at a vendor');
    return job;
  }

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

  /** Work after the vendor has ended the job. */
  private get workAfterEnd(): readonly LeftWork[] {
    const work: LeftWork[] = [];
    if (this.vendorJob.most !== undefined) work.push('settle');
    if (this.target.background.remove !== undefined) work.push('remove');
    return work;
  }
}

/** Returns the record with other members of the job of its last leg. */
function withJob(record: JobRecord, changes: Partial<VendorJob>): JobRecord {
  const job = record.legs.at(-1)?.job;
  return job === undefined ? record : withLastLeg(record, { job: { ...job, ...changes } });
}

/** Whether the vendor may have received a request that has failed. */
function isUnknownStart({ kind, details: { status, code } }: LlmError): boolean {
  if (status !== undefined) return [408, 499, 502, 504].includes(status);
  const wasSent = !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(code ?? '');
  return wasSent && ['network', 'timeout', 'truncated', 'protocol', 'aborted'].includes(kind);
}

/** Returns the error of a job that the vendor has started. An invalid credential is then the vendor's own. */
const startedError = (error: LlmError): LlmError =>
  LlmError.is(error, 'auth', 'billing')
    ? new LlmError('server', error.message, error.details, { cause: error })
    : error;
