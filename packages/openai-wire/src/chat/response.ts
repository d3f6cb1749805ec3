import type { ErrorKind, FinishReason } from '@majordomo/core';

/** Known finish reasons of this wire. */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['eos', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['length', 'length'],
  ['max_tokens', 'length'],
  ['model_length', 'length'],
  // Zhipu (its reference, 2026).
  ['model_context_window_exceeded', 'length'],
  ['sensitive', 'content-filter'],
  ['tool_calls', 'tool-calls'],
  ['function_call', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['refusal', 'refusal'],
]);

/** Finish reasons that report a failure: DeepSeek and Zhipu (their references, 2026), OpenRouter and Mistral, vLLM. */
const FAILURES: ReadonlyMap<string | undefined, ErrorKind> = new Map([
  ['insufficient_system_resource', 'overloaded'],
  ['error', 'server'],
  ['network_error', 'server'],
  ['abort', 'truncated'],
]);

/** Returns the reason; `other` for an unknown one and for none. */
export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** Returns the kind of error for a finish reason that reports a failure. */
export const failedFinish = (raw: string | undefined): ErrorKind | undefined => FAILURES.get(raw);
