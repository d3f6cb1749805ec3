import type { Price } from '@majordomo/catalog';
import { LlmError, type Attempt, type AttemptInfo, type ErrorKind, type Usage } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import type { Amounts } from '../limits/limit-counters.ts';
import type { Estimate } from './estimate.ts';
import { amountsOf, bookedCost, usageOf, type BookedCost } from './usage.ts';

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
  'removes an invalid count of %s and retains the others',
  (name) => {
    for (const invalid of [-1, NaN, Infinity])
      expect(usageOf(outcome({ ...usage, [name]: invalid }), attempt)).toEqual({
        ...usage,
        [name]: undefined,
      });
  },
);

const failedWith = (status: number | undefined, kind: ErrorKind = 'server'): Attempt => {
  const error = new LlmError(kind, 'no answer', { status });
  return { ...outcome(usage), usage: undefined, outcome: 'failed', error };
};
const finished: Attempt = { ...outcome(usage), usage: undefined };
const stopped: Attempt = { ...failedWith(undefined, 'aborted'), stopped: true };
const claimed: Estimate = { input: 10, output: 20, nanoUsd: 30n, isByUnit: false };

describe('the cost of an attempt', () => {
  const price: Price = {
    from: '2020-01-01',
    rates: { input: 1_000_000, output: 10_000_000 },
    sources: [],
    trust: 'override',
  };
  const few: Usage = { input: 1, output: 2, cacheRead: 0, cacheWrite: 0, reasoning: undefined };
  const unknown = (missing: string): BookedCost => ({
    nanoUsd: undefined,
    basis: 'unknown',
    missing: [missing],
  });
  const noUsage = unknown('no usage');
  const rejected: BookedCost = {
    nanoUsd: 0n,
    basis: 'estimate',
    missing: [
      'no usage: the request was not sent, or the vendor rejected it, and vendors do not charge for that',
    ],
  };
  const maximum: BookedCost = {
    nanoUsd: 30n,
    basis: 'estimate',
    missing: ['no usage: the vendor may bill the attempt, so its maximum cost counts'],
  };

  const inputOnly: Usage = { ...few, output: undefined };
  const characters: Usage = { ...UNKNOWN_USAGE, details: { units: { character: 5 } } };
  const incomplete: BookedCost = {
    ...maximum,
    missing: ['incomplete usage: the attempt ended before its count of tokens, so its maximum cost counts'],
  };

  it.each<[name: string, attempt: Attempt, usage: Usage | undefined, expected: BookedCost]>([
    ['that broke after the count of its input', failedWith(undefined), inputOnly, incomplete],
    ['that was stopped after the count of its input', stopped, inputOnly, incomplete],
    ['that broke with units for a price per token', failedWith(undefined), characters, incomplete],
    ['that finished with a count of its input only', finished, inputOnly, unknown('no count of output')],
    [
      'that failed with usage',
      failedWith(undefined),
      few,
      { nanoUsd: 21_000n, basis: 'override', missing: [] },
    ],
    ['with usage', finished, few, { nanoUsd: 21_000n, basis: 'override', missing: [] }],
    ['without usage', finished, undefined, noUsage],
    ['with status 400', failedWith(400), undefined, rejected],
    ['without a status', failedWith(undefined), undefined, maximum],
    ['that was stopped', stopped, undefined, maximum],
    ['that was stopped when it had finished', { ...finished, stopped: true }, undefined, noUsage],
  ])('%s follows from its outcome', (_, ended, reported, expected) => {
    expect(bookedCost(ended, reported, price, attempt, claimed)).toEqual(expected);
  });

  it.each([failedWith(400), stopped])('of an included attempt is included', (ended) => {
    const info: AttemptInfo = { ...attempt, billing: 'included' };
    const included = { nanoUsd: undefined, basis: 'included', missing: [] };
    expect(bookedCost(ended, undefined, price, info, claimed)).toEqual(included);
  });

  it('that broke with units is known if the price is per unit', () => {
    const perCharacter: Price = { ...price, rates: { input: 0, output: 0 }, fees: { character: 15 } };
    const cost = bookedCost(failedWith(undefined), characters, perCharacter, attempt, claimed);
    expect(cost).toEqual({ nanoUsd: 75_000n, basis: 'override', missing: [] });
  });

  it('is unknown without a price', () => {
    const unpriced = { ...claimed, nanoUsd: undefined };
    expect(bookedCost(stopped, undefined, undefined, attempt, unpriced)).toEqual(noUsage);
    for (const ended of [failedWith(400), stopped])
      expect(bookedCost(ended, few, undefined, attempt, claimed)).toEqual(unknown('no price'));
  });
});

describe('the amounts of an attempt', () => {
  const cost = (nanoUsd?: bigint, basis: BookedCost['basis'] = 'override'): BookedCost => ({
    nanoUsd,
    basis,
    missing: [],
  });
  const counts = (input: number | undefined, output: number | undefined): Usage => ({
    ...usage,
    input,
    output,
  });

  it.each<
    [name: string, Attempt, Usage | undefined, BookedCost, Partial<Estimate>, Pick<Amounts, 'tokens' | 'usd'>]
  >([
    ['with usage', finished, counts(1, 2), cost(5n), {}, { tokens: 3n, usd: 5n }],
    ['that failed with usage', failedWith(500), counts(1, 2), cost(5n), {}, { tokens: 3n, usd: 5n }],
    ['with fractions', finished, counts(1.5, 2.5), cost(5n), {}, { tokens: 5n, usd: 5n }],
    ['without a count of input', finished, counts(undefined, 2), cost(), {}, { tokens: 12n, usd: 30n }],
    ['without a count of output', finished, counts(1, undefined), cost(), {}, { tokens: 21n, usd: 30n }],
    ['without usage', finished, undefined, cost(), {}, { tokens: 30n, usd: 30n }],
    [
      'without usage or an estimate',
      finished,
      undefined,
      cost(),
      { output: undefined, nanoUsd: undefined },
      { tokens: 10n, usd: 0n },
    ],
    ['that a plan includes', finished, counts(1, 2), cost(5n, 'included'), {}, { tokens: 3n, usd: 0n }],
    ['that the vendor failed', failedWith(500), undefined, cost(), {}, { tokens: 0n, usd: 0n }],
    ['that was stopped', stopped, undefined, cost(), {}, { tokens: 30n, usd: 30n }],
    ['that was stopped with a cost', stopped, undefined, cost(7n), {}, { tokens: 30n, usd: 7n }],
  ])('%s are those that it used or reserved', (_, ended, reported, booked, bounds, expected) => {
    const amounts = amountsOf(ended, reported, booked, { ...claimed, ...bounds });
    expect(amounts).toEqual({ calls: 1n, requests: 1n, ...expected });
  });

  it('that was skipped are 0', () => {
    const skipped: Attempt = { ...finished, outcome: 'skipped' };
    const none = { calls: 0n, requests: 0n, tokens: 0n, usd: 0n };
    expect(amountsOf(skipped, usage, cost(5n), claimed)).toEqual(none);
  });
});
