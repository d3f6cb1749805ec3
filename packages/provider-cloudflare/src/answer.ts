import type { Replay } from '@majordomo/core';
import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { jsonText, type EventWriter } from '@majordomo/wire-kit';
import { finishReason, usage, type RawUsage } from './response.ts';

export interface AnswerOptions {
  readonly scribe: EventWriter;
  /** Who may read this model's reasoning again. */
  readonly family: string;
  /** Tokens that the answer was limited to. */
  readonly maxTokens: number | undefined;
}

/** The vendor's own, for models that take its own input. */
const DEFAULT_MAX_TOKENS = 256;

/** What all shapes write into: the parts of one answer, its end and its counts. */
export class Answer {
  readonly scribe: EventWriter;
  rawFinish: string | undefined;
  rawUsage: RawUsage | undefined;
  isRefused = false;
  /** The answer came in the vendor's own shape, which names no finish reason. */
  isPlain = false;
  private readonly maxTokens: number;
  private readonly replay: Replay;
  private calls = 0;
  private last: Call | undefined;
  private readonly byPlace = new Map<string, Call>();
  /** What was left out of the answer, by its kind. */
  private readonly left = new Set<string>();

  constructor({ scribe, family, maxTokens = DEFAULT_MAX_TOKENS }: AnswerOptions) {
    this.scribe = scribe;
    this.maxTokens = maxTokens;
    this.replay = { family, data: null };
  }

  get hasCalls(): boolean {
    return this.calls > 0;
  }

  start(id: unknown): void {
    this.scribe.start(asText(id));
  }

  text(said: string): void {
    if (said === '') return;
    this.start(undefined);
    this.scribe.text(said);
  }

  reasoning(thought: string): void {
    if (thought === '') return;
    this.start(undefined);
    this.scribe.reasoning(thought, this.replay);
  }

  refusal(said: string): void {
    if (said === '') return;
    this.isRefused = true;
    this.start(undefined);
    this.scribe.refusal(said);
  }

  /** Calls and their fragments: `{ index, id, function: { name, arguments } }`, or flat as `{ name, arguments }`. */
  toolCalls(fragments: unknown): void {
    for (const fragment of asList(fragments).map(asRecord)) {
      const called = asRecord(fragment['function']);
      const name = asText(called['name']) ?? asText(fragment['name']) ?? '';
      const id = asText(fragment['id']) ?? asText(fragment['call_id']);
      const json = jsonOf(called['arguments'] ?? fragment['arguments'] ?? fragment['input']);
      // A last fragment of nulls ends each call.
      if (name === '' && id === undefined && json === '') continue;
      this.fragment({ index: fragment['index'], id, name, json });
    }
  }

  /** A part of the answer that is not known; told once for each kind. */
  dropped(kind: string): void {
    if (this.left.has(kind)) return;
    this.left.add(kind);
    this.start(undefined);
    this.scribe.warning({
      action: 'dropped',
      what: `part "${kind}" of the answer`,
      why: 'an answer holds text, reasoning and tool calls',
    });
  }

  private fragment({ index, id, name, json }: Fragment): void {
    this.start(undefined);
    const place = typeof index === 'number' ? `index ${index}` : id;
    const known = place === undefined ? (name === '' ? this.last : undefined) : this.byPlace.get(place);
    const call = known === undefined || isNext(known, { index, id, name, json }) ? this.begun(id) : known;
    if (place !== undefined) this.byPlace.set(place, call);
    call.json += json;
    this.last = call;
    this.scribe.toolCall(call.key, { id, name, json });
  }

  private begun(id: string | undefined): Call {
    return { key: `call ${this.calls++}`, id, json: '' };
  }

  finish(): void {
    this.start(undefined);
    const counts = usage(this.rawUsage);
    if (this.rawFinish === undefined && !this.isPlain) {
      this.scribe.warning({ action: 'repaired', what: 'finish reason', why: 'the answer ended without one' });
    }
    this.scribe.finish(this.reason(counts?.output), this.rawFinish, counts);
  }

  private reason(output: number | undefined): ReturnType<typeof finishReason> {
    if (this.isRefused) return 'refusal';
    const named =
      this.rawFinish === undefined && this.isPlain ? this.plainReason(output) : finishReason(this.rawFinish);
    return this.hasCalls && (named === 'stop' || this.rawFinish === undefined) ? 'tool-calls' : named;
  }

  /** Only the count tells that an answer was cut. */
  private plainReason(output: number | undefined): 'stop' | 'length' {
    return output !== undefined && output >= this.maxTokens ? 'length' : 'stop';
  }
}

/** A call that is being read. */
interface Call {
  readonly key: string;
  readonly id: string | undefined;
  /** Of its arguments, so far. */
  json: string;
}

interface Fragment {
  readonly index: unknown;
  readonly id: string | undefined;
  readonly name: string;
  readonly json: string;
}

/** Calls may share an index: what names a function again begins another one where the id is another, or the last is whole. */
function isNext({ id: before, json: soFar }: Call, { id, name, json }: Fragment): boolean {
  if (name === '') return false;
  if (id !== undefined && before !== undefined) return id !== before;
  return json !== '' && isWhole(soFar);
}

function isWhole(json: string): boolean {
  try {
    return isRecord(JSON.parse(json));
  } catch {
    return false;
  }
}

function jsonOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return args === undefined || args === null ? '' : jsonText(args);
}
