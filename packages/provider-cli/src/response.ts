import type { FinishReason, Usage } from '@majordomo/core';
import { asNumber } from '@majordomo/core/toolkit';

/** Finish reasons of the five CLIs, 2026-11. */
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

/** Maps a finish reason. A CLI without one has ended normally. */
export const finishReason = (raw: string | undefined): FinishReason =>
  raw === undefined ? 'stop' : (REASONS.get(raw) ?? 'other');

/** Counts of a CLI. Missing ones are unknown. */
export interface Counts {
  readonly input?: unknown;
  readonly output?: unknown;
  readonly cacheRead?: unknown;
  readonly cacheWrite?: unknown;
  readonly reasoning?: unknown;
  /** Cost in US dollars. */
  readonly cost?: unknown;
}

/** Converts usage. Totals include their portions. Returns `undefined` without counts. */
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

/** Returns the sum of the known values, or `undefined` if none is known. */
export function sum(...values: readonly unknown[]): number | undefined {
  const known = values.map(asNumber).filter((value) => value !== undefined);
  return known.length === 0 ? undefined : known.reduce((total, value) => total + value, 0);
}

const nanoUsd = (cost: unknown): string | undefined => {
  const dollars = asNumber(cost);
  return dollars === undefined ? undefined : BigInt(Math.round(dollars * 1e9)).toString();
};
