import type { Attempt, CallEvent } from '@majordomo/core';
import { expect, it } from 'vitest';
import { createTimeline } from './timeline.ts';

const usage = { input: 26, output: 17, cacheRead: 0, cacheWrite: 0, reasoning: 0 };

it.each([
  [999.6, 'in 999 ms'],
  [1000, 'in 1.0 s'],
  [12_345, 'in 12.3 s'],
])('describes an answer that took %d ms in one line of a terminal', (ms, expected) => {
  let output = '';
  const { onEvent } = createTimeline({ write: (text) => (output += text), hasColor: false, now: () => 0 });
  const target = 'anthropic/claude-demo';
  const result: Attempt = { target, outcome: 'finished', error: undefined, usage, ms };
  onEvent({ type: 'attempt-end', call: undefined, result } as unknown as CallEvent);
  expect(output).toMatch(new RegExp(`answered ${expected}: 26 tokens in, 17 out\n$`));
  expect(output.trimEnd().length).toBeLessThanOrEqual(80);
});
