import { user } from '@majordomo/core';
import type { RecordedCall, Traffic } from '../../src/index.ts';

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

/** Returns a source of these calls. */
export const trafficOf = (calls: readonly RecordedCall[]): Traffic => ({
  async *list() {
    for (const { id } of calls) yield { id };
  },
  read: async (id) => calls.find((call) => call.id === id) ?? { excluded: 'unknown' },
});
