import type { FinishReason, Usage } from '@majordomo/core';
import { asNumber } from '@majordomo/core/toolkit';

/** Finish reasons by the values of the five CLIs (2026-11). */
const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['end_turn', 'stop'],
  ['stop_sequence', 'stop'],
  ['stop', 'stop'],
  ['success', 'stop'],
  ['completed', 'stop'],
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['length', 'length'],
  ['refusal', 'refusal'],
  ['content-filter', 'content-filter'],
]);

/** Converts a CLI's finish reason. A missing finish reason becomes `stop`. */
export const finishReason = (raw: string | undefined): FinishReason =>
  raw === undefined ? 'stop' : (REASONS.get(raw) ?? 'other');

/** Token counts that a CLI reports. A missing count is unknown. */
export interface Counts {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly cacheRead?: unknown;
  readonly cacheWrite?: unknown;
  readonly reasoning?: unknown;
  /** Cost of the call in US dollars. */
  readonly cost?: unknown;
}

/** Converts counts to usage, in which `input` includes cached tokens. Returns `undefined` if the CLI reported no counts. */
export function usage(counts: Counts): Usage | undefined {
  const input = asNumber(counts.input);
  const output = asNumber(counts.output);
  if (input === undefined && output === undefined) return undefined;
  const nano = nanoUsd(counts.cost);
  return {
    input,
    output,
    cacheRead: asNumber(counts.cacheRead),
    cacheWrite: asNumber(counts.cacheWrite),
    reasoning: asNumber(counts.reasoning),
    ...(nano === undefined ? undefined : { details: { reportedNanoUsd: nano } }),
  };
}

/** Returns the sum of the known values; `undefined` if no value is known. */
export function sum(...values: readonly unknown[]): number | undefined {
  const known = values.map(asNumber).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

const nanoUsd = (cost: unknown): string | undefined => {
  const dollars = asNumber(cost);
  return dollars === undefined ? undefined : BigInt(Math.round(dollars * 1e9)).toString();
};
