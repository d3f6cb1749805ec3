import { expect, it } from 'vitest';
import { sumUsage } from './sum-usage.ts';

const usage = (input: number | undefined, output: number | undefined) => ({
  input,
  output,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
});

it.each([
  [[], undefined],
  [[undefined, undefined], undefined],
  [[usage(1, 2), undefined, usage(3, undefined)], usage(4, 2)],
  [[usage(1, 1)], usage(1, 1)],
])('sums what was reported: %j', (usages, expected) => {
  expect(sumUsage(...usages)).toEqual(expected);
});

it('sums money beyond what a double can count, and tools by name', () => {
  const a = {
    ...usage(1, 1),
    details: {
      reportedNanoUsd: '9007199254740993',
      serverTools: { search: 1 },
      stageMs: { queue: 1 },
      serviceTier: 'flex',
    },
  };
  const b = {
    ...usage(1, 1),
    details: {
      reportedNanoUsd: '1',
      serverTools: { search: 2, fetch: 1 },
      stageMs: { queue: 2 },
      serviceTier: 'priority',
    },
  };
  expect(sumUsage(a, b)?.details).toEqual({
    reportedNanoUsd: '9007199254740994',
    serverTools: { search: 3, fetch: 1 },
    stageMs: { queue: 3 },
  });
});
