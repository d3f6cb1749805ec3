import type { Attempt, AttemptInfo, Usage } from '@majordomo/core';
import { expect, it } from 'vitest';
import { usageOf } from './usage.ts';

const attempt = {} as AttemptInfo;
const usage: Usage = { input: 1, output: 2, cacheRead: 3, cacheWrite: 4, reasoning: 5 };
const outcome = (value: Usage): Attempt => ({
  target: 'a/x',
  outcome: 'finished',
  error: undefined,
  usage: value,
  ms: 1,
});

it('returns valid usage unchanged', () => {
  expect(usageOf(outcome(usage), attempt)).toBe(usage);
});

it.each(Object.keys(usage) as (keyof Usage)[])(
  'removes an invalid count of %s and keeps the others',
  (name) => {
    for (const invalid of [-1, NaN, Infinity])
      expect(usageOf(outcome({ ...usage, [name]: invalid }), attempt)).toEqual({
        ...usage,
        [name]: undefined,
      });
  },
);
