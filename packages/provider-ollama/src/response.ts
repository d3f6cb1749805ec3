import type { FinishReason, Usage, Warning } from '@majordomo/core';
import { asNumber } from '@majordomo/core/toolkit';

/** github.com/ollama/ollama, llm/server.go `DoneReason` and server/routes.go, 2026-11. */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
]);

/** Maps a finish reason. The wire sends `stop` after tool calls, too. */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
  return hasCalls && (reason === 'stop' || raw === undefined) ? 'tool-calls' : reason;
}

/** A line of a stream, or a non-streaming body. Each member may be missing. */
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

/** Converts usage. The wire has no counts of cached or reasoning tokens. */
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

/** Size of the prompt that was sent. */
export interface PromptSize {
  readonly characters: number;
  /** `num_ctx`, if it was sent. */
  readonly numCtx: number | undefined;
}

/** Maximum characters per token over a complete prompt for all tokenizers. English has 4 to 5, Chinese 1 to 2. */
const MAX_CHARACTERS_PER_TOKEN = 8;
/** Smallest default context. Prompts with fewer characters are never cut. */
const MIN_CONTEXT = 2048;

/**
 * Returns a warning if the server cut the prompt, which it does without notice. Then the token count of the prompt is much
 * too low for its text, or exactly the size of the context.
 */
export function promptCutWarning({ characters, numCtx }: PromptSize, count: unknown): Warning | undefined {
  if (typeof count !== 'number' || count <= 0 || characters < Math.min(MIN_CONTEXT, numCtx ?? Infinity)) {
    return undefined;
  }
  const isFull = numCtx === undefined ? isContextSize(count) : count >= numCtx;
  if (characters <= count * (isFull ? 1 : MAX_CHARACTERS_PER_TOKEN)) return undefined;
  return {
    action: 'dropped',
    what: 'part of the prompt',
    why: `the server read ${count} tokens of ${characters} characters: its context is too small; set numCtx`,
  };
}

/** Contexts are powers of two. */
const isContextSize = (count: number): boolean => count >= MIN_CONTEXT && Number.isInteger(Math.log2(count));
