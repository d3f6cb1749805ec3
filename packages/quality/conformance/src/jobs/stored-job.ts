import type { Clock } from '@majordomo/core';
import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { type Answer, type AnsweredRequest, fullAnswer } from '@majordomo/testing/internal';
import { responseBody } from '../wires/openai-responses/output.ts';
import { openaiResponses } from '../wires/openai-responses/wire.ts';
import type { JobPlan, ServerJob } from './contract.ts';

/** Time for which the vendor keeps a job without `store` after its end, in milliseconds. */
const UNSTORED_MS = 600_000;

type Json = Readonly<Record<string, unknown>>;

/** Job of the Responses API or deferred completion. */
export class StoredJob implements ServerJob {
  readonly id: string;
  readonly body: Json;
  readonly plan: JobPlan;
  isCancelled = false;
  isRemoved = false;
  /** Number of looks at the job. */
  looks = 0;
  /** Number of streams from the beginning. */
  reads = 0;
  /** Whether the result of a deferred completion was requested. */
  isTaken = false;
  private readonly clock: Clock;
  private endedAt: number | undefined;
  /** Number of events that may be sent so far. `Infinity` if the job does not wait for `release`. */
  private available: number;
  private readonly waiting: (() => void)[] = [];

  constructor(number: number, body: Json, plan: JobPlan, clock: Clock) {
    this.id = `resp_job${number}`;
    this.body = body;
    this.plan = plan;
    this.clock = clock;
    this.available = plan.holdAt ?? Infinity;
  }

  get answer(): Answer {
    const { answer = 'an answer' } = this.plan;
    const whole: Answer = typeof answer === 'string' ? { parts: [{ type: 'text', text: answer }] } : answer;
    return { ...whole, id: this.id.replace('resp_', '') };
  }

  get status(): ServerJob['status'] {
    if (this.isCancelled) return 'cancelled';
    // `looks` counts the look that reads this status, so that the response to the start, without a look, reports `queued`.
    if (this.available !== Infinity || this.looks <= (this.plan.looks ?? 0))
      return this.looks <= 1 ? 'queued' : 'in_progress';
    // The job ends when its status is first read after its work.
    this.endedAt ??= this.clock.now();
    const { fails } = this.plan;
    if (fails !== undefined) return fails === 'cancelled' ? 'cancelled' : 'failed';
    // `true`: the status is that of a response that has ended.
    return asText(responseBody(fullAnswer(this.answer, this.request.model), true)['status']) === 'incomplete'
      ? 'incomplete'
      : 'completed';
  }

  get isDeleted(): boolean {
    const isExpired =
      this.body['store'] !== true &&
      this.endedAt !== undefined &&
      this.clock.now() >= this.endedAt + UNSTORED_MS;
    return this.isRemoved || isExpired;
  }

  get request(): AnsweredRequest {
    return { model: asText(this.body['model']) ?? '', streamsUsage: false };
  }

  release(events: number = Infinity): void {
    this.available += events;
    this.wake();
  }

  cancel(): void {
    if (this.endedAt !== undefined || this.isCancelled) return;
    this.isCancelled = true;
    this.endedAt = this.clock.now();
    this.wake();
  }

  /** Number of events that may be sent now. */
  get released(): number {
    return this.isCancelled ? Infinity : this.available;
  }

  /** Resolves when the job has changed. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Returns the response object. Contains data that must be requested only if `include` names it. */
  object(include: readonly string[], status: string = this.status): Json {
    const isOver = status !== 'queued' && status !== 'in_progress';
    const { fails } = this.plan;
    const full = responseBody(fullAnswer(this.answer, this.request.model), isOver);
    const failed = status === 'failed' && isRecord(fails) ? { error: fails } : {};
    const content = status === 'failed' || status === 'cancelled' ? { output: [] } : {};
    const facts = {
      status,
      background: this.body['background'] === true,
      store: this.body['store'] === true,
    };
    return withoutExcluded({ ...full, ...facts, ...failed, ...content }, include) as Json;
  }

  /** Returns the events as objects. The chunks of text differ in each stream from the beginning. */
  events(include: readonly string[]): readonly Json[] {
    const answer = withChunks(this.answer, 8 + this.reads);
    const frames = openaiResponses.stream(answer, this.request);
    const events = frames.map(({ bytes }) => dataOf(bytes));
    const { fails } = this.plan;
    const hasEnded = this.isCancelled || fails !== undefined;
    // By default, only the last event is missing, which would report the end of the answer.
    const content = hasEnded ? events.slice(0, this.plan.holdAt ?? -1) : events;
    const last = this.isCancelled || fails === 'cancelled' ? 'cancelled' : 'failed';
    const all = hasEnded ? [...content, { type: `response.${last}`, response: {} }] : content;
    return all.map((event, at) => {
      const { response, type } = event;
      if (response === undefined) return withoutExcluded({ ...event, sequence_number: at }, include) as Json;
      const isLast = at === all.length - 1;
      const status = isLast ? String(type).replace('response.', '') : at === 0 ? 'queued' : 'in_progress';
      return { ...event, sequence_number: at, response: this.object(include, status) };
    });
  }
}

const dataOf = (bytes: Uint8Array): Json => {
  const line = new TextDecoder()
    .decode(bytes)
    .split('\n')
    .find((each) => each.startsWith('data: '));
  return asRecord(JSON.parse(line?.slice(6) ?? '{}'));
};

/** Returns the answer with chunks of this size. */
function withChunks(answer: Answer, chunks: number): Answer {
  const parts = answer.parts.map((part) =>
    'chunks' in part || part.type === 'vendor' ? part : { ...part, chunks },
  );
  return { ...answer, parts };
}

/** Removes the encrypted reasoning and the log probabilities, unless `include` names them. */
function withoutExcluded(value: unknown, include: readonly string[]): unknown {
  if (Array.isArray(value)) return asList(value).map((each) => withoutExcluded(each, include));
  if (!isRecord(value)) return value;
  const kept = Object.entries(value).filter(
    ([name]) =>
      (name !== 'encrypted_content' || include.includes('reasoning.encrypted_content')) &&
      (name !== 'logprobs' || include.includes('message.output_text.logprobs')),
  );
  return Object.fromEntries(kept.map(([name, each]) => [name, withoutExcluded(each, include)]));
}
