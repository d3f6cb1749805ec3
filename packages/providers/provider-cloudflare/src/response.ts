import type { FinishReason, Usage } from '@majordomo/core';
import { asNumber, asRecord, isRecord } from '@majordomo/core/toolkit';
import type { ErrorContext } from '@majordomo/wire-kit';
import { inBandError } from './errors.ts';

/** Finish reasons by the values of the four response formats (2026-11). */
const REASONS: ReadonlyMap<string | undefined, FinishReason> = new Map([
  ['stop', 'stop'],
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['completed', 'stop'],
  ['length', 'length'],
  ['model_length', 'length'],
  ['max_tokens', 'length'],
  ['max_output_tokens', 'length'],
  ['tool_calls', 'tool-calls'],
  ['tool_use', 'tool-calls'],
  ['content_filter', 'content-filter'],
  ['refusal', 'refusal'],
]);

export const finishReason = (raw: string | undefined): FinishReason => REASONS.get(raw) ?? 'other';

/** Usage, with the property names of any of the response formats. */
export type RawUsage = Readonly<Record<string, unknown>>;

/** Converts token counts. In the result, `input` includes cached tokens, and `output` includes reasoning tokens. */
export function usage(raw: RawUsage | undefined): Usage | undefined {
  if (raw === undefined) return undefined;
  const inputDetails = raw['prompt_tokens_details'] ?? raw['input_tokens_details'];
  const read = asNumber(detail(inputDetails, 'cached_tokens'));
  // In the Messages format, the total excludes cached tokens.
  const cacheReadExtra = asNumber(raw['cache_read_input_tokens']);
  const written = asNumber(raw['cache_creation_input_tokens']);
  const input = asNumber(raw['prompt_tokens']) ?? asNumber(raw['input_tokens']);
  const output = asNumber(raw['completion_tokens']) ?? asNumber(raw['output_tokens']);
  if (input === undefined && output === undefined) return undefined;
  return {
    input: input === undefined ? undefined : input + (cacheReadExtra ?? 0) + (written ?? 0),
    output,
    cacheRead: read ?? cacheReadExtra,
    cacheWrite: asNumber(detail(inputDetails, 'cache_write_tokens')) ?? written,
    reasoning: asNumber(
      detail(raw['completion_tokens_details'] ?? raw['output_tokens_details'], 'reasoning_tokens'),
    ),
  };
}

const detail = (value: unknown, name: string): unknown => asRecord(value)[name];

/**
 * Returns the result of a run. REST returns the result inside an envelope. The binding returns the result directly. Throws an
 * error that a response with status 200 reports.
 */
export function resultOf(body: unknown, facts: ErrorContext): unknown {
  if (!isRecord(body)) return body;
  const { result, success, errors } = body;
  if (success === false || (errors !== undefined && !result)) throw inBandError(body, facts);
  return 'result' in body ? result : body;
}
