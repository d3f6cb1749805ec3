import type { FinishReason, Usage } from '@majordomo/core';

/** Words of the four shapes for the end of an answer, 2026-11. */
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

/** Counts by the names of any of the shapes. */
export type RawUsage = Readonly<Record<string, unknown>>;

/** Totals that include their portions. */
export function usage(raw: RawUsage | undefined): Usage | undefined {
  if (raw === undefined) return undefined;
  const inputDetails = raw['prompt_tokens_details'] ?? raw['input_tokens_details'];
  const read = count(detail(inputDetails, 'cached_tokens'));
  // Counts of the third kind leave out what the cache took part in.
  const besides = count(raw['cache_read_input_tokens']);
  const written = count(raw['cache_creation_input_tokens']);
  const input = count(raw['prompt_tokens']) ?? count(raw['input_tokens']);
  const output = count(raw['completion_tokens']) ?? count(raw['output_tokens']);
  if (input === undefined && output === undefined) return undefined;
  return {
    input: input === undefined ? undefined : input + (besides ?? 0) + (written ?? 0),
    output,
    cacheRead: read ?? besides,
    cacheWrite: count(detail(inputDetails, 'cache_write_tokens')) ?? written,
    reasoning: count(
      detail(raw['completion_tokens_details'] ?? raw['output_tokens_details'], 'reasoning_tokens'),
    ),
  };
}

const detail = (value: unknown, name: string): unknown => object(value)[name];

const count = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

/** An object, or one without members. */
export const object = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
