import type { FinishReason } from '@majordomo/core';
import type { ErrorKind } from '@majordomo/core';

/** Every word that was seen for the end of an answer, on this wire. */
const REASONS: Readonly<Record<string, FinishReason>> = {
  stop: 'stop',
  eos: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  length: 'length',
  max_tokens: 'length',
  model_length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  tool_use: 'tool-calls',
  content_filter: 'content-filter',
  refusal: 'refusal',
};

/** Finish reasons that report a failure: DeepSeek (its reference, 2026), OpenRouter and Mistral, vLLM. */
const FAILURES: Readonly<Record<string, ErrorKind>> = {
  insufficient_system_resource: 'overloaded',
  error: 'server',
  abort: 'truncated',
};

export const finishReason = (raw: string | undefined): FinishReason => REASONS[raw ?? ''] ?? 'other';

/** The kind, when the finish reason says that there is no whole answer. */
export const failedFinish = (raw: string | undefined): ErrorKind | undefined => FAILURES[raw ?? ''];
