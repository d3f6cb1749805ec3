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

it.each([
  ['finished', { n: 2 }, { units: { image: 2 } }],
  ['failed', { n: 2 }, undefined],
] as const)('of a %s image request without usage has the requested units', (result, more, details) => {
  const images = { payload: { prompt: 'a cat', ...more } } as unknown as AttemptInfo;
  const found = usageOf({ ...outcome(usage), usage: undefined, outcome: result }, images);
  expect(found?.details).toEqual(details);
  expect(found?.input).toBeUndefined();
});

it('returns valid usage unchanged', () => {
  expect(usageOf(outcome(usage), attempt)).toEqual(usage);
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
