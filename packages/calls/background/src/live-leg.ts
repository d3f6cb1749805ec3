import { fromJson, LlmError } from '@majordomo/core';
import type { Attempt, CallOptions, ChatRequest, ChatResponse, StreamEvent } from '@majordomo/core';
import { CanonicalParts } from './canonical-parts.ts';
import type { EventLog } from './event-log.ts';
import type { LeasedJob } from './leased-job.ts';
import { legFacts, refusalOf, withAbandonedLeg, withLastLeg, withNewLeg } from './legs.ts';
import { costOf } from './money.ts';
import type { JobRecord, LegRecord } from './record.ts';
import type { Setup } from './setup.ts';
import { finishOf, startOf, storedAnswer, storedAttempt, storedError } from './stored-answer.ts';

/** Options of a call that cannot be stored, and apply only while the process of the call drives the job. */
export type LocalOptions = Pick<CallOptions, 'onEvent' | 'waitUntil' | 'classify' | 'order'>;

interface LegParts {
  readonly job: LeasedJob;
  readonly setup: Setup;
  readonly log: EventLog;
  /** Signal that aborts the call, because the job was cancelled or another process has taken it over. */
  readonly signal: AbortSignal;
  readonly local: LocalOptions;
}

/** One live call of a job. */
export class LiveLeg {
  private readonly job: LeasedJob;
  private readonly setup: Setup;
  private readonly log: EventLog;
  private readonly signal: AbortSignal;
  private readonly local: LocalOptions;
  private canonical = new CanonicalParts();

  constructor({ job, setup, log, signal, local }: LegParts) {
    this.job = job;
    this.setup = setup;
    this.log = log;
    this.signal = signal;
    this.local = local;
  }

  async run(): Promise<void> {
    const { job, setup } = this;
    const now = setup.clock.now();
    const refusal = refusalOf(job.record, now);
    await job.change((record) => {
      if (record.state !== 'running') return undefined;
      const left = withAbandonedLeg(record, now);
      if (refusal !== undefined) return { ...left, state: 'failed', error: storedError(refusal) };
      return withNewLeg(left, now);
    });
    const { key, tenant, state } = job.record;
    if (state === 'failed') setup.emit({ key, tenant, target: undefined, type: 'job-ended', state });
    if (state !== 'running') return;
    this.emitStarted();
    const outcome = await this.call();
    if (LlmError.is(outcome)) await this.fail(outcome);
    else await this.complete(outcome);
  }

  /** Sends the call, and returns its response or its error. */
  private async call(): Promise<ChatResponse | LlmError> {
    const { majordomo } = this.setup;
    const { request, spec } = this.job.record;
    const stream = majordomo.model(spec).stream(fromJson<ChatRequest>(request), this.callOptions());
    try {
      for await (const event of stream) await this.onEvent(event);
      return await stream.response();
    } catch (error) {
      if (!LlmError.is(error)) throw error;
      return error;
    }
  }

  private callOptions(): CallOptions & { readonly afterCommit: 'restart' } {
    const { options, tenant, first, createdAt } = this.job.record;
    const stored = fromJson<CallOptions>(options);
    const { timeouts } = stored;
    const totalMs = timeouts?.totalMs ?? 0;
    const remainingMs = createdAt + totalMs - this.setup.clock.now();
    const own = { tenant, signal: this.signal, afterCommit: 'restart' as const };
    return {
      ...stored,
      ...this.local,
      ...own,
      ...(first !== undefined && { order: () => first }),
      ...(totalMs > 0 && { timeouts: { ...timeouts, totalMs: Math.max(1, remainingMs) } }),
    };
  }

  private async onEvent(event: StreamEvent): Promise<void> {
    const { log, job, setup } = this;
    switch (event.type) {
      case 'start':
        // The target is only for `status`, so the events do not wait for the store, and its error does not end the call.
        job
          .change((record) =>
            record.state === 'running' ? withLastLeg(record, { target: event.target }) : undefined,
          )
          .catch(() => undefined);
        log.push(startOf(event.target, event.id));
        return;
      case 'reset': {
        const ended = {
          state: 'ended',
          nanoUsd: '0',
          error: storedError(event.error),
          target: event.target,
        } as const;
        await job.changeSurely((record) => {
          if (record.state !== 'running') return undefined;
          return withNewLeg(withLastLeg(record, ended), setup.clock.now());
        });
        this.canonical = new CanonicalParts();
        log.nextLeg();
        this.emitStarted();
        return;
      }
      case 'warning':
        log.push(event);
        return;
      case 'finish':
      case 'continued':
        return;
      default:
        log.push(...this.canonical.push(event));
    }
  }

  private async complete(response: ChatResponse): Promise<void> {
    const rest = this.canonical.end();
    const answer = storedAnswer(response, this.canonical.streamed);
    const leg = await this.endedLeg(response.attempts, { target: response.target });
    await this.end(leg, (record) => ({ ...record, state: 'completed', answer }));
    this.log.push(...rest, finishOf(response));
  }

  private async fail(error: LlmError): Promise<void> {
    const leg = await this.endedLeg(error.details.attempts, { error: storedError(error) });
    await this.end(leg, (record) => ({ ...record, state: 'failed', error: leg.error }));
  }

  private async endedLeg(
    attempts: readonly Attempt[],
    changes: Partial<LegRecord>,
  ): Promise<Partial<LegRecord>> {
    const nanoUsd = await costOf(attempts, this.setup);
    return { ...changes, state: 'ended', attempts: attempts.map(storedAttempt), nanoUsd };
  }

  /** Saves the end of the leg and of the job. A job that was cancelled in the meantime remains cancelled. */
  private async end(leg: Partial<LegRecord>, end: (record: JobRecord) => JobRecord): Promise<void> {
    const { job, setup } = this;
    await job.changeSurely((record) => {
      const ended = withLastLeg(record, leg);
      return record.state === 'running' ? end(ended) : ended;
    });
    job.stop();
    const { key, tenant, state, legs } = job.record;
    const last = legs.at(-1);
    const about = { key, tenant, target: last?.target };
    if (last !== undefined) setup.emit({ ...about, type: 'leg-ended', ...legFacts(last, legs.length) });
    // The process that cancels a job reports its end.
    if (state === 'completed' || state === 'failed') setup.emit({ ...about, type: 'job-ended', state });
  }

  private emitStarted(): void {
    const { key, tenant, legs } = this.job.record;
    this.setup.emit({ key, tenant, target: undefined, type: 'leg-started', leg: legs.length });
  }
}
