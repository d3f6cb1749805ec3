import type { ErrorKind, FinishReason } from '@majordomo/core';

/** Every word that was seen for the end of an answer, on this wire. */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  // Zhipu's words (its reference, 2026).
  ['model_context_window_exceeded', 'length'],
  ['sensitive', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['refusal', 'refusal'],
]);

/** Words that report a failure: DeepSeek and Zhipu (their references, 2026), OpenRouter and Mistral, vLLM. */
const FAILURES: ReadonlyMap<string | undefined, ErrorKind> = new Map([
  ['insufficient_system_resource', 'overloaded'],
  ['error', 'server'],
  ['network_error', 'server'],
  ['abort', 'truncated'],
]);

/** The reason that a word of the wire stands for; `other` for one that nobody knows, or for none. */
export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** The kind, when the word says that there is no whole answer. */
export const failedFinish = (raw: string | undefined): ErrorKind | undefined => FAILURES.get(raw);
