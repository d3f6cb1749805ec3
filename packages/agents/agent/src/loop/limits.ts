import type { JsonValue, Message, ToolCallPart, ToolResultPart } from '@majordomo/core';
import { callsOf, type RunState } from '../state/state.ts';
import { asToolResult } from '../state/vendor-calls.ts';

/** Limits that stop a run that makes no progress, with `done: 'tool-loop'`. Both limits are disabled by default. */
export interface LoopLimits {
  /** Number of consecutive steps after which the run stops, if all tool calls of these steps failed. @default no limit */
  readonly errorSteps?: number | undefined;
  /** Number of steps with the same call and result, among the last `3 * repeats`, at which the run stops. @default no limit */
  readonly repeats?: number | undefined;
}

/** Returns whether the last turns reach a limit. Does not read earlier turns, so the duration does not grow with the run. */
export function isLooping({ messages, steps }: RunState, { errorSteps, repeats }: LoopLimits): boolean {
  const window = Math.min(steps, Math.max(errorSteps ?? 0, (repeats ?? 0) * 3));
  if (window === 0) return false;
  const turns = lastTurns(messages, window);
  const firstSuccess = turns.findIndex(({ results }) => !results.every(({ isError }) => isError === true));
  const failedInARow = firstSuccess === -1 ? turns.length : firstSuccess;
  if (errorSteps !== undefined && failedInARow >= errorSteps) return true;
  return repeats !== undefined && maxRepeats(turns.slice(0, repeats * 3)) >= repeats;
}

interface ToolTurn {
  readonly calls: readonly ToolCallPart[];
  readonly results: readonly ToolResultPart[];
}

/** Maximum number of messages that are read for a turn: the turn, its results, and messages of the user between turns. */
const MESSAGES_PER_TURN = 4;

/** Returns at most `count` of the last turns that called tools, the latest first. */
function lastTurns(messages: readonly Message[], count: number): readonly ToolTurn[] {
  const turns: ToolTurn[] = [];
  const end = Math.max(0, messages.length - count * MESSAGES_PER_TURN);
  for (let at = messages.length - 1; at > end && turns.length < count; at--) {
    const results = messages[at];
    const turn = messages[at - 1];
    if (results?.role !== 'tool' || turn?.role !== 'assistant') continue;
    turns.push({ calls: callsOf(turn), results: results.parts.map(asToolResult) });
    at--;
  }
  return turns;
}

/** Returns the largest number of turns that contain the same call with the same result. */
function maxRepeats(turns: readonly ToolTurn[]): number {
  const counts = new Map<string, number>();
  for (const { calls, results } of turns) {
    const signatures = new Set(calls.map((call, at) => `${signature(call)} ${resultText(results[at])}`));
    for (const one of signatures) counts.set(one, (counts.get(one) ?? 0) + 1);
  }
  return Math.max(0, ...counts.values());
}

const signature = ({ name, args }: ToolCallPart): string => `${name} ${JSON.stringify(sorted(args))}`;

function sorted(value: JsonValue | undefined): JsonValue | undefined {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map((item) => sorted(item) ?? null);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, member]) => [key, sorted(member)]));
}

const isList = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value);

/** Returns the text of a result for comparison. Images and documents of the same type and size count as equal. */
const resultText = (result: ToolResultPart | undefined): string =>
  (result?.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : `${part.mediaType} ${part.bytes.length}`))
    .join('\n');
