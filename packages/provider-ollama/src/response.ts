import type { FinishReason, Usage, Warning } from '@majordomo/core';
import { asNumber } from '@majordomo/core/toolkit';

/** github.com/ollama/ollama, llm/server.go `DoneReason` and server/routes.go, 2026-11. */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
]);

/** The wire's word as ours; the wire says `stop` after tool calls too. */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
  return hasCalls && (reason === 'stop' || raw === undefined) ? 'tool-calls' : reason;
}

/** A line of a stream, or the whole body; any of it may be missing. */
export interface WireChunk {
  readonly created_at?: unknown;
  readonly message?: WireAnswer | null;
  readonly done?: unknown;
  readonly logprobs?: unknown;
  readonly done_reason?: unknown;
  readonly prompt_eval_count?: unknown;
  readonly eval_count?: unknown;
  readonly error?: unknown;
}
export interface WireAnswer {
  readonly content?: unknown;
  readonly thinking?: unknown;
  readonly images?: unknown;
  readonly tool_calls?: unknown;
}

/** The wire counts prompt and answer, nothing of caches and reasoning. */
export function usage({ prompt_eval_count: input, eval_count: output }: WireChunk): Usage | undefined {
  if (asNumber(input) === undefined && asNumber(output) === undefined) return undefined;
  return {
    input: asNumber(input),
    output: asNumber(output),
    cacheRead: undefined,
    cacheWrite: undefined,
    reasoning: undefined,
  };
}

/** What is known of a prompt that was sent. */
export interface PromptSize {
  readonly characters: number;
  /** `num_ctx`, where it was sent. */
  readonly numCtx: number | undefined;
}

/** No tokenizer packs more characters into a token, over a whole prompt. English has 4 to 5, Chinese 1 to 2. */
const MOST_PER_TOKEN = 8;
/** The smallest default context; prompts of fewer characters are never cut. */
const SMALLEST_CONTEXT = 2048;

/**
 * The server cuts what does not fit its context and says nothing. It shows in the count of the prompt's tokens: far
 * too few for the text, or exactly as many as the context holds.
 */
export function promptCut({ characters, numCtx }: PromptSize, count: unknown): Warning | undefined {
  if (
    typeof count !== 'number' ||
    count <= 0 ||
    characters < Math.min(SMALLEST_CONTEXT, numCtx ?? Infinity)
  ) {
    return undefined;
  }
  const isFull = numCtx === undefined ? isContextSize(count) : count >= numCtx;
  if (characters <= count * (isFull ? 1 : MOST_PER_TOKEN)) return undefined;
  return {
    action: 'dropped',
    what: 'a part of the prompt',
    why: `the server read ${count} tokens of ${characters} characters: its context is too small, set numCtx`,
  };
}

/** Contexts are powers of two. */
const isContextSize = (count: number): boolean =>
  count >= SMALLEST_CONTEXT && Number.isInteger(Math.log2(count));
