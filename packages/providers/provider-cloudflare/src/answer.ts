import type { Replay } from '@majordomo/core';
import { asList, asRecord, asText, isRecord } from '@majordomo/core/toolkit';
import { jsonText, OnceWarnings, tryParseJson, type EventWriter } from '@majordomo/wire-kit';
import { finishReason, usage, type RawUsage } from './response.ts';

export interface AnswerOptions {
  readonly writer: EventWriter;
  /** Id of the group of models that accept this model's reasoning. */
  readonly family: string;
  /** Maximum number of output tokens. */
  readonly maxTokens: number | undefined;
}

/** Vendor's default limit of output tokens for models with the vendor's own input format. */
export const DEFAULT_MAX_TOKENS = 256;

/** Collects the parts, the finish reason and the usage of a response in any format. */
export class Answer {
  readonly writer: EventWriter;
  rawFinish: string | undefined;
  rawUsage: RawUsage | undefined;
  isRefused = false;
  /** Whether the finish reason may be missing without a warning, as in the vendor's own format. Set by the reader of the format. */
  hasNoFinishReason = false;
  private readonly maxTokens: number;
  private readonly replay: Replay;
  private calls = 0;
  /** Latest call, to which a fragment without index, id and name belongs. */
  private last: Call | undefined;
  private readonly callsByKey = new Map<string, Call>();
  private readonly warnings: OnceWarnings;

  constructor({ writer, family, maxTokens = DEFAULT_MAX_TOKENS }: AnswerOptions) {
    this.writer = writer;
    this.warnings = new OnceWarnings(writer);
    this.maxTokens = maxTokens;
    // The text of the reasoning is sent back, so there is no other data.
    this.replay = { family, data: null };
  }

  get hasCalls(): boolean {
    return this.calls > 0;
  }

  /** Starts the response, unless it has started. Every method that writes content starts a response whose id is not known. */
  start(id: unknown, model?: unknown): void {
    this.writer.start(asText(id), model);
  }

  text(value: string): void {
    if (value === '') return;
    this.start(undefined);
    this.writer.text(value);
  }

  reasoning(value: string): void {
    if (value === '') return;
    this.start(undefined);
    this.writer.reasoning(value, this.replay);
  }

  refusal(value: string): void {
    if (value === '') return;
    this.isRefused = true;
    this.start(undefined);
    this.writer.refusal(value);
  }

  /** Processes complete calls and fragments: `{ index, id, function: { name, arguments } }` or `{ name, arguments }`. */
  toolCalls(fragments: unknown): void {
    for (const fragment of asList(fragments).map(asRecord)) {
      const called = asRecord(fragment['function']);
      const name = asText(called['name']) ?? asText(fragment['name']) ?? '';
      const id = asText(fragment['id']) ?? asText(fragment['call_id']);
      const json = jsonOf(called['arguments'] ?? fragment['arguments'] ?? fragment['input']);
      // Ignore the fragment that ends each call. All properties of this fragment are null.
      if (name === '' && id === undefined && json === '') continue;
      this.fragment({ index: fragment['index'], id, name, json });
    }
  }

  /** Writes a warning about an unknown part. */
  warnDropped(kind: string): void {
    this.start(undefined);
    this.warnings.warn(`part "${kind}" of the response`, 'a response cannot contain it');
  }

  private fragment({ index, id, name, json }: Fragment): void {
    this.start(undefined);
    const key = typeof index === 'number' ? `index ${index}` : id;
    // A fragment with only a name begins a call.
    const callWithoutKey = name === '' ? this.last : undefined;
    const openCall = key === undefined ? callWithoutKey : this.callsByKey.get(key);
    const call =
      openCall === undefined || startsNewCall(openCall, { index, id, name, json })
        ? this.newCall(id)
        : openCall;
    if (key !== undefined) this.callsByKey.set(key, call);
    call.json += json;
    this.last = call;
    this.writer.toolCall(call.key, { id, name, json });
  }

  private newCall(id: string | undefined): Call {
    return { key: `call ${this.calls++}`, id, json: '' };
  }

  finish(): void {
    this.start(undefined);
    const converted = usage(this.rawUsage);
    this.writer.facts({ wire: 'workersai-run' });
    if (this.rawFinish === undefined && !this.hasNoFinishReason) {
      this.writer.warning({
        action: 'repaired',
        what: 'finish reason',
        why: 'the response ended without one',
      });
    }
    this.writer.finish(this.reason(converted?.output), this.rawFinish, converted);
  }

  private reason(output: number | undefined): ReturnType<typeof finishReason> {
    if (this.isRefused) return 'refusal';
    const named =
      this.rawFinish === undefined && this.hasNoFinishReason
        ? this.reasonByLimit(output)
        : finishReason(this.rawFinish);
    // Calls take precedence over `stop` and over a missing reason, but not over a limit.
    const isEnd = named === 'stop' || (named === 'other' && this.rawFinish === undefined);
    return this.hasCalls && isEnd ? 'tool-calls' : named;
  }

  /** Returns the finish reason for a response that has none. Only the token count shows whether a limit cut the response. */
  private reasonByLimit(output: number | undefined): 'stop' | 'length' {
    return output !== undefined && output >= this.maxTokens ? 'length' : 'stop';
  }
}

interface Call {
  readonly key: string;
  readonly id: string | undefined;
  /** Arguments received so far, as JSON text. */
  json: string;
}

interface Fragment {
  readonly index: unknown;
  readonly id: string | undefined;
  readonly name: string;
  readonly json: string;
}

/**
 * Whether a fragment starts another call. Several calls may have the same index. A fragment with a name starts another call if
 * its id differs from the call's id. If one of the ids is missing, the fragment starts another call if it has arguments and the
 * call's arguments are complete.
 */
function startsNewCall({ id: before, json: soFar }: Call, { id, name, json }: Fragment): boolean {
  if (name === '') return false;
  if (id !== undefined && before !== undefined) return id !== before;
  return json !== '' && isCompleteJson(soFar);
}

const isCompleteJson = (json: string): boolean => isRecord(tryParseJson(json));

function jsonOf(args: unknown): string {
  if (typeof args === 'string') return args;
  return args === undefined || args === null ? '' : jsonText(args);
}
