import type { TargetHealth } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { RankedTarget } from './ranked-target.ts';
import { scoreTargets, type TargetRating } from './score.ts';

const NOW = 1_000_000;
const NEUTRAL: TargetRating = { speed: 0.5, quality: undefined, ledger: 0 };
const subjectOf = (of: Partial<RankedTarget> = {}): RankedTarget =>
  ({
    target: 'a/x',
    writtenAs: 'a/x',
    billing: undefined,
    context: undefined,
    nanoUsd: undefined,
    ...of,
  }) as RankedTarget;
const scores = (
  subjects: readonly Partial<RankedTarget>[],
  { rating = NEUTRAL, weights = { cost: 1, speed: 1, quality: 2 }, byContext = false } = {},
) =>
  scoreTargets(
    subjects.map((subject) => ({ subject: subjectOf(subject), rating })),
    { weights, byContext, now: NOW },
  );
const partsOf = (subject: Partial<RankedTarget>, options?: Parameters<typeof scores>[1]) =>
  scores([subject], options)[0]?.parts;

it('the weighted parts add up to at most 10, in the ratio of the weights', () => {
  const [best] = scores([{ nanoUsd: 5n }], { rating: { speed: 1, quality: 1, ledger: 0 } });
  expect(best).toEqual({
    target: 'a/x',
    score: 10,
    parts: { cost: 2.5, speed: 2.5, quality: 5, health: 0, ledger: 0 },
    estimateNanoUsd: 5n,
  });
});

it('an unknown cost or quality has a medium value', () => {
  expect(partsOf({})).toMatchObject({ cost: 1.25, quality: 2.5 });
});

it('the part of the ledger is added', () => {
  const [worse] = scores([{}], { rating: { ...NEUTRAL, ledger: -3 } });
  expect([worse?.parts['ledger'], worse?.score]).toEqual([-3, 2]);
});

it('the cost part is full for the cheapest target, half for ten times and 0 for 100 times its cost', () => {
  const nanoUsd = [1_000_000n, 10_009_000n, 100_099_000n, 999_999_000n];
  const costs = scores(
    nanoUsd.map((cost) => ({ nanoUsd: cost })),
    { weights: { cost: 1, speed: 0, quality: 0 } },
  ).map(({ parts }) => parts['cost']);
  expect(costs.map((cost) => Number(cost?.toFixed(6)))).toEqual([10, 5, 0, 0]);
});

it('an included call costs less than any other, and about as much as a free one', () => {
  const costs = scores([{ billing: 'included' }, { nanoUsd: 0n }, { nanoUsd: 9000n }], {
    weights: { cost: 1, speed: 0, quality: 0 },
  }).map(({ parts }) => parts['cost']);
  expect(costs).toEqual([10, 10, 5]);
});

it.each([
  [undefined, 0],
  [32_000, 0.4],
  [400_000, 5],
  [1_000_000, 5],
])('a context of %s tokens counts %d if a long one is preferred', (context, part) => {
  expect(partsOf({ context }, { byContext: true })?.['context']).toBe(part);
  expect(partsOf({ context })).not.toHaveProperty('context');
});

describe('the part of the health', () => {
  it.each<[Partial<TargetHealth> | undefined, number]>([
    [undefined, 0],
    [{ state: 'healthy', failures: 0 }, 0],
    [{ state: 'healthy', failures: 1 }, -1.5],
    [{ state: 'healthy', failures: 2 }, -3],
    [{ state: 'healthy', failures: 3 }, -4],
    [{ state: 'probing', failures: 0 }, -4],
    [{ state: 'benched', until: undefined, failures: 0 }, -20],
    [{ state: 'benched', until: NOW + 1, failures: 0 }, -20],
    [{ state: 'benched', until: NOW, failures: 0 }, -4],
  ])('of %j is %d', (health, part) => {
    expect(partsOf({ health: health as TargetHealth | undefined })?.['health']).toBe(part);
  });
});
