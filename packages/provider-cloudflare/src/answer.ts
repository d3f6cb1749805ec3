import type { Replay } from '@majordomo/core';
import { asList, asRecord, asText, type Scribe } from '@majordomo/core/provider';
import { finishReason, usage, type RawUsage } from './response.ts';

export interface AnswerOptions {
  readonly scribe: Scribe;
  /** Who may read this model's reasoning again. */
  readonly family: string;
  /** Tokens that the answer was limited to. */
  readonly maxTokens: number | undefined;
}

/** The vendor's own, for models that take its own input. */
const DEFAULT_MAX_TOKENS = 256;

/** What all shapes write into: the parts of one answer, its end and its counts. */
export class Answer {
  readonly scribe: Scribe;
  rawFinish: string | undefined;
  rawUsage: RawUsage | undefined;
  isRefused = false;
  /** The answer came in the vendor's own shape, which names no finish reason. */
  isPlain = false;
  private readonly maxTokens: number;
  private readonly replay: Replay;
  private calls = 0;
  private lastKey: string | undefined;
  private readonly keys = new Set<string>();

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
    this.text(said);
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

  private fragment({
    index,
    id,
    name,
    json,
  }: {
    index: unknown;
    id: string | undefined;
    name: string;
    json: string;
  }): void {
    this.start(undefined);
    const known = typeof index === 'number' ? `index ${index}` : id;
    const key = known ?? (name === '' && this.lastKey !== undefined ? this.lastKey : `call ${this.calls}`);
    if (!this.keys.has(key)) {
      this.keys.add(key);
      this.calls++;
    }
    this.lastKey = key;
    this.scribe.toolCall(key, { id, name, json });
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

function jsonOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return args === undefined || args === null ? '' : JSON.stringify(args);
}
