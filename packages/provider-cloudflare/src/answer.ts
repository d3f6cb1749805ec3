import type { Replay, Warning } from '@majordomo/core';
import { Scribe } from '@majordomo/core/provider';
import { finishReason, list, object, text, usage, type RawUsage } from './response.ts';

/** What all shapes write into: the parts of one answer, its end and its counts. */
export class Answer {
  readonly scribe: Scribe;
  /** Told right after `start`. */
  warnings: readonly Warning[] = [];
  rawFinish: string | undefined;
  rawUsage: RawUsage | undefined;
  isRefused = false;
  /** The answer came in the vendor's own shape, which names no finish reason. */
  isPlain = false;
  /** Tokens that the answer was limited to. */
  maxTokens: number | undefined;
  private readonly replay: Replay;
  private started = false;
  private calls = 0;
  private lastKey: string | undefined;
  private readonly keys = new Set<string>();

  constructor(target: string, family: string) {
    this.scribe = new Scribe(target, []);
    this.replay = { family, data: null };
  }

  get hasCalls(): boolean {
    return this.calls > 0;
  }

  start(id: unknown): void {
    if (this.started) return;
    this.started = true;
    this.scribe.start(text(id));
    for (const warning of this.warnings) this.scribe.warning(warning);
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
    for (const fragment of list(fragments).map(object)) {
      const called = object(fragment['function']);
      const name = text(called['name']) ?? text(fragment['name']) ?? '';
      const id = text(fragment['id']) ?? text(fragment['call_id']);
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
    return output !== undefined && output >= (this.maxTokens ?? DEFAULT_MAX_TOKENS) ? 'length' : 'stop';
  }
}

/** The vendor's own, for models that take its own input. */
const DEFAULT_MAX_TOKENS = 256;

function jsonOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return args === undefined || args === null ? '' : JSON.stringify(args);
}
