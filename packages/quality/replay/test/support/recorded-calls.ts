import { user, type Majordomo } from '@majordomo/core';
import type { RecordedCall, ReplayDefinition, Traffic } from '../../src/index.ts';

const USAGE = { input: 1000, output: 100, cacheRead: 0, cacheWrite: 0, reasoning: undefined };

/** Returns a question that differs from the questions at other positions. */
export const questionAt = (at: number): string =>
  Array.from({ length: 8 }, (_word, place) =>
    Math.sin(at * 8 + place)
      .toString(36)
      .slice(3)
      .replace(/\d/g, 'x'),
  ).join(' ');

/** Returns the recorded call at a position, which `openai/gpt-5.4` answered. */
export const recordedCall = (
  at: number,
  more: Partial<RecordedCall> = {},
  text = `answer to ${questionAt(at)}`,
): RecordedCall => ({
  id: `call-${at}`,
  at: '2026-11-01T00:00:00.000Z',
  request: { messages: [user(questionAt(at))], maxTokens: 100 },
  response: {
    parts: [{ type: 'text', text }],
    finish: 'stop',
    target: 'openai/gpt-5.4',
    usage: USAGE,
  },
  ...more,
});

/** Returns this number of recorded calls. */
export const recordedCalls = (count: number): readonly RecordedCall[] =>
  Array.from({ length: count }, (_, at) => recordedCall(at));

/** Returns an experiment on all of these calls, with a judge that finds them equal, and without a control. */
export const experimentOn = (
  majordomo: Majordomo,
  calls: readonly RecordedCall[],
  more: Partial<ReplayDefinition> = {},
): ReplayDefinition => ({
  name: 'next',
  majordomo,
  traffic: trafficOf(calls),
  candidate: { spec: 'openai/gpt-5.4-mini' },
  judge: () => 'equal',
  sample: calls.length,
  control: 0,
  budgetUsd: '5',
  ...more,
});

/** Returns a source of these calls. */
export const trafficOf = (calls: readonly RecordedCall[]): Traffic => ({
  async *list() {
    for (const { id } of calls) yield { id };
  },
  read: async (id) => calls.find((call) => call.id === id) ?? { excluded: 'unknown' },
});

/** Returns the calls of a source in order, and the excluded ones as listed. */
export async function callsOf(traffic: Traffic): Promise<readonly unknown[]> {
  const { signal } = new AbortController();
  const calls: unknown[] = [];
  for await (const item of traffic.list(signal))
    calls.push('id' in item ? await traffic.read(item.id, signal) : item);
  return calls;
}
