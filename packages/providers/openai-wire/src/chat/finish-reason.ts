import type { ErrorKind, FinishReason } from '@majordomo/core';

/** Finish reasons by `finish_reason`. */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  // Source: Zhipu's API reference (2026).
  ['model_context_window_exceeded', 'length'],
  ['sensitive', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['refusal', 'refusal'],
]);

/** Error kinds by `finish_reason` of DeepSeek and Zhipu (API references, 2026), OpenRouter, Mistral and vLLM. */
const FAILURES: ReadonlyMap<string | undefined, ErrorKind> = new Map([
  ['insufficient_system_resource', 'overloaded'],
  ['error', 'server'],
  ['network_error', 'server'],
  ['abort', 'truncated'],
]);

/** Returns the finish reason; `other` if the server's reason is unknown or missing. */
export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** Returns the error kind for a finish reason that reports a failure; `undefined` for any other reason. */
export const errorKindOfFinish = (raw: string | undefined): ErrorKind | undefined => FAILURES.get(raw);
