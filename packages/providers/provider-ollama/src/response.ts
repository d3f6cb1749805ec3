import type { FinishReason, Usage, Warning } from '@majordomo/core';
import { asNumber, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { otherMembers } from '@majordomo/wire-kit/internal';
import type { OllamaFacts } from './facts.ts';

/** Finish reasons by `done_reason` (github.com/ollama/ollama, llm/server.go and server/routes.go, 2026-11). */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
]);

/** Converts a finish reason. If `hasCalls` is set, `stop`, which the server also sends after calls, becomes `tool-calls`. */
export function finishReason(raw: string | undefined, hasCalls: boolean): FinishReason {
  const reason = REASONS.get(raw) ?? 'other';
  return hasCalls && (reason === 'stop' || raw === undefined) ? 'tool-calls' : reason;
}

/** Line of a stream, or a non-streaming body. Any property may be missing. */
export interface WireChunk {
  readonly model?: unknown;
  readonly created_at?: unknown;
  readonly message?: WireAnswer | null;
  readonly done?: unknown;
  readonly logprobs?: unknown;
  readonly done_reason?: unknown;
  readonly prompt_eval_count?: unknown;
  readonly eval_count?: unknown;
  readonly total_duration?: unknown;
  readonly load_duration?: unknown;
  readonly prompt_eval_duration?: unknown;
  readonly eval_duration?: unknown;
  readonly error?: unknown;
}
export interface WireAnswer {
  readonly content?: unknown;
  readonly thinking?: unknown;
  readonly images?: unknown;
  readonly tool_calls?: unknown;
}

/** Converts token counts. The API does not report counts of cached tokens or reasoning tokens. */
export function usage({ prompt_eval_count: input, eval_count: output }: WireChunk): Usage | undefined {
  if (asNumber(input) === undefined && asNumber(output) === undefined) return undefined;
  return { ...UNKNOWN_USAGE, input: asNumber(input), output: asNumber(output) };
}

/** Returns the facts in the last line of a response. The API reports durations in nanoseconds. */
export const factsOf = (chunk: WireChunk): Partial<OllamaFacts> => ({
  wire: 'ollama-chat',
  totalMs: milliseconds(chunk.total_duration),
  loadMs: milliseconds(chunk.load_duration),
  promptMs: milliseconds(chunk.prompt_eval_duration),
  generationMs: milliseconds(chunk.eval_duration),
  other: otherMembers(chunk, READ_MEMBERS),
});

const milliseconds = (nanoseconds: unknown): number | undefined =>
  typeof nanoseconds === 'number' ? nanoseconds / 1e6 : undefined;

const READ_MEMBERS: ReadonlySet<string> = new Set([
  'model',
  'created_at',
  'message',
  'done',
  'done_reason',
  'logprobs',
  'error',
  'prompt_eval_count',
  'eval_count',
  'total_duration',
  'load_duration',
  'prompt_eval_duration',
  'eval_duration',
]);

/** Size of the prompt that was sent. */
export interface PromptSize {
  readonly characters: number;
  /** `num_ctx`, if it was sent. */
  readonly numCtx: number | undefined;
}

/** Maximum average number of characters per token, for any tokenizer and language. English has 4 to 5, Chinese 1 to 2. */
const MAX_CHARACTERS_PER_TOKEN = 8;
/** Smallest default context window in tokens. A prompt with fewer characters fits into it. */
const MIN_CONTEXT = 2048;

/**
 * Returns a warning if the token count shows that the server truncated the prompt, because the server does not report this. The
 * token count is then much too low for the text, or equals the size of the context window.
 */
export function promptCutWarning({ characters, numCtx }: PromptSize, count: unknown): Warning | undefined {
  if (typeof count !== 'number' || count <= 0 || characters < Math.min(MIN_CONTEXT, numCtx ?? Infinity)) {
    return undefined;
  }
  const isFull = numCtx === undefined ? isContextSize(count) : count >= numCtx;
  // A full window shows a cut, unless the prompt has so few characters that each may be a token.
  if (characters <= count * (isFull ? 1 : MAX_CHARACTERS_PER_TOKEN)) return undefined;
  return {
    action: 'dropped',
    what: 'part of the prompt',
    why: `the server read ${count} tokens of ${characters} characters, so its context window is too small; set numCtx`,
  };
}

/** Whether a token count is a likely size of the context window: a power of two. */
const isContextSize = (count: number): boolean => count >= MIN_CONTEXT && Number.isInteger(Math.log2(count));
