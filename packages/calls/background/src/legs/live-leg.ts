import { fromJson, LlmError } from '@majordomo/core';
import type { Attempt, CallOptions, ChatRequest, ChatResponse, StreamEvent } from '@majordomo/core';
import type { EventLog } from '../events/event-log.ts';
import type { LeasedJob } from '../record/leased-job.ts';
import { LegEvents } from '../events/leg-events.ts';
import { legFacts, withFailure, withLastLeg, withNewLeg } from './legs.ts';
import { costOf } from '../money/money.ts';
import { totalAtOf, type JobRecord, type LegRecord } from '../record/record.ts';
import type { LocalOptions, RunParts } from '../record/run-parts.ts';
import type { Setup } from '../setup.ts';
import { storedAnswer } from '../events/stored-answer.ts';
import { storedAttempt, storedError } from '@majordomo/core/toolkit';

interface LegParts extends Omit<RunParts, 'isStep'> {
  /** Targets that the call tries first; `undefined` for the order of the job. */
  readonly order: readonly string[] | undefined;
  /** Called when the call has begun. */
  readonly onStarted: () => void;
}

/** One live call of a job. */
export class LiveLeg {
  private readonly job: LeasedJob;
  private readonly setup: Setup;
  private readonly log: EventLog;
  private readonly signal: AbortSignal;
  private readonly local: LocalOptions;
  private readonly order: readonly string[] | undefined;
  private readonly onStarted: () => void;
  private events: LegEvents;

  constructor({ job, setup, log, signal, local, order, onStarted }: LegParts) {
    this.order = order;
    this.onStarted = onStarted;
    this.events = new LegEvents(log);
    this.job = job;
    this.setup = setup;
    this.log = log;
    this.signal = signal;
    this.local = local;
  }

  /** Makes the call, and ends the job. `base` returns the record before the leg. */
  async run(base: (record: JobRecord) => JobRecord): Promise<void> {
    const { job, setup, log } = this;
    const now = setup.clock.now();
    await job.change((record) => (record.state === 'running' ? withNewLeg(base(record), now) : undefined));
    if (job.record.state !== 'running') return;
    log.begin(job.record.legs.length);
    this.emitStarted();
    this.onStarted();
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
    const { record } = this.job;
    const { options, tenant, firstTargets } = record;
    const order = this.order ?? firstTargets;
    const stored = fromJson<CallOptions>(options);
    const totalAt = totalAtOf(record);
    // 0 would disable the limit.
    const totalMs = Math.max(1, totalAt - this.setup.clock.now());
    const own = { tenant, signal: this.signal, afterCommit: 'restart' as const };
    return {
      ...stored,
      ...this.local,
      ...own,
      ...(order !== undefined && { order: () => order }),
      ...(totalAt < Infinity && { timeouts: { ...stored.timeouts, totalMs } }),
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
        this.events.push(event);
        return;
      case 'reset': {
        // The last leg of the call contains the attempts and the cost of the complete call.
        const ended = {
          state: 'ended',
          nanoUsd: '0',
          error: storedError(event.error),
          target: event.target,
          endedAt: setup.clock.now(),
        } as const;
        await job.changeSurely((record) => {
          if (record.state !== 'running') return undefined;
          return withNewLeg(withLastLeg(record, ended), setup.clock.now());
        });
        this.events = new LegEvents(log);
        log.begin(job.record.legs.length);
        this.emitStarted();
        return;
      }
      default:
        this.events.push(event);
    }
  }

  private async complete(response: ChatResponse): Promise<void> {
    this.events.end();
    // Readers receive the last events after the answer is stored, so that no reader sees an end that the store may lose.
    const answer = storedAnswer(response, this.events.streamed);
    const leg = await this.endedLeg(response.attempts, { target: response.target });
    await this.end(leg, (record) => ({ ...record, state: 'completed', answer }));
    this.events.finish(response);
  }

  private async fail(error: LlmError): Promise<void> {
    const leg = await this.endedLeg(error.details.attempts, { error: storedError(error) });
    await this.end(leg, (record) => withFailure(record, error, this.log));
  }

  private async endedLeg(
    attempts: readonly Attempt[],
    changes: Partial<LegRecord>,
  ): Promise<Partial<LegRecord>> {
    const nanoUsd = await costOf(attempts, this.job.record, this.setup);
    const endedAt = this.setup.clock.now();
    return { ...changes, state: 'ended', endedAt, attempts: attempts.map(storedAttempt), nanoUsd };
  }

  /** Saves the end of the leg and of the job. A job that was cancelled in the meantime remains cancelled. */
  private async end(leg: Partial<LegRecord>, end: (record: JobRecord) => JobRecord): Promise<void> {
    const { job, setup } = this;
    await job.changeSurely((record) => {
      const ended = withLastLeg(record, leg);
      return record.state === 'running' ? end(ended) : ended;
    });
    const { key, tenant, legs } = job.record;
    const last = legs.at(-1);
    const about = { key, tenant, target: last?.target };
    if (last !== undefined) setup.emit({ ...about, type: 'leg-ended', ...legFacts(last, legs.length) });
  }

  private emitStarted(): void {
    const { key, tenant, legs } = this.job.record;
    const leg = legs.length;
    this.setup.emit({ key, tenant, target: undefined, type: 'leg-started', leg, vendorId: undefined });
  }
}
