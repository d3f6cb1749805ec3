import { seededRandom } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { ratioOfTotals } from '../src/report/cost.ts';
import { qualityDifference } from '../src/statistics/quality.ts';
import { quantileDifferences } from '../src/statistics/quantile-difference.ts';
import { allocate, expectedError, powerOf } from '../src/statistics/sample-size.ts';
import { testKinds, WORSE_LEVEL } from '../src/report/kinds.ts';
import type { Interval } from '../src/statistics/stratified-mean.ts';
import { experiment, truthOf, unitOf, type Traffic } from './simulated.ts';

/** Number of experiments of each setting. `SOAK=1` runs those of the documented table. */
const ROUNDS = process.env['SOAK'] === '1' ? 2000 : 150;
/** Tolerance of four standard errors, in addition to the documented 93 to 97 %. */
const NOISE = ROUNDS === 2000 ? 0 : 4 * Math.sqrt((0.95 * 0.05) / ROUNDS);

const FOUR: Traffic = {
  shares: [0.5, 0.3, 0.15, 0.05],
  calls: 600,
  conversations: 300,
  worse: [0.06, 0.04, 0.1, 0.02],
  better: 0.03,
  variance: 1,
};
const JUDGE = { random: 0.25, first: 0.4 };
const TWELVE: Traffic = {
  shares: [0.3, 0.2, 0.12, 0.1, 0.07, 0.05, 0.04, 0.04, 0.03, 0.02, 0.02, 0.01],
  calls: 300,
  conversations: 200,
  worse: [0.05, 0.05, 0.02, 0.4, 0.05, 0.05, 0.3, 0.05, 0.02, 0.02, 0.05, 0.1],
  better: 0.03,
  variance: 1,
};
const SETTINGS: Readonly<Record<string, Traffic>> = {
  'four kinds, one regression': FOUR,
  'an unchanged model with a noisy judge': {
    ...FOUR,
    worse: [0.08, 0.08, 0.08, 0.08],
    better: 0.08,
    judge: JUDGE,
  },
  'twelve kinds of 20 to 41 calls': TWELVE,
  '25 conversations': {
    shares: [0.5, 0.3, 0.2],
    calls: 400,
    conversations: 25,
    worse: [0.1, 0.08, 0.15],
    better: 0.05,
    variance: 1,
  },
  'rare failures': {
    ...FOUR,
    conversations: 400,
    worse: [0.015, 0.015, 0.02, 0.01],
    better: 0.004,
    variance: 0.5,
  },
  'a large regression in small kinds': { ...FOUR, worse: [0.05, 0.05, 0.6, 0.4], variance: 0.5 },
  'a fifth of near duplicates': { ...FOUR, repeated: 0.2 },
  'doubtful pairs, half of them labeled': {
    ...FOUR,
    worse: [0.05, 0.03, 0.1, 0.03],
    doubtful: { share: 0.15, labeled: 0.5 },
  },
  'doubtful pairs, one in five labeled': {
    ...FOUR,
    worse: [0.05, 0.03, 0.1, 0.03],
    doubtful: { share: 0.15, labeled: 0.2 },
  },
  'few conversations with most of the calls': { ...FOUR, isUneven: true },
};

/** Settings with few units or a conversation that dominates, whose intervals may be wider than needed. */
const SMALL: Readonly<Record<string, Traffic>> = {
  '100 calls of a dominant kind with few losses': {
    shares: [0.94, 0.02, 0.02, 0.02],
    calls: 100,
    conversations: 100,
    worse: [0.02, 0.2, 0.2, 0.2],
    better: 0.01,
    variance: 1,
  },
  '60 calls of a dominant kind': {
    shares: [0.85, 0.1, 0.05],
    calls: 60,
    conversations: 50,
    worse: [0.03, 0.1, 0.3],
    better: 0.03,
    variance: 1,
  },
  '100 calls of a dominant kind with a noisy judge': {
    shares: [0.8, 0.1, 0.1],
    calls: 100,
    conversations: 80,
    worse: [0.08, 0.08, 0.08],
    better: 0.08,
    variance: 1,
    judge: JUDGE,
  },
  'one conversation with most of a kind': {
    ...FOUR,
    calls: 200,
    conversations: 100,
    dominant: { kind: 2, share: 0.78 },
  },
  'one conversation of equal answers with most of a kind': {
    shares: [0.3, 0.7],
    calls: 200,
    conversations: 100,
    worse: [0.15, 0.1],
    better: 0.1,
    variance: 1,
    dominant: { kind: 0, share: 0.78, isUniform: true },
  },
  'one conversation with a third of all units': {
    ...FOUR,
    calls: 200,
    conversations: 100,
    dominant: { kind: 0, share: 0.78 },
  },
};

const coverage = (truth: number, intervals: readonly Interval[]): number =>
  intervals.filter(({ low, high }) => low <= truth && truth <= high).length / intervals.length;

const expectCoverage = (share: number, most = 0.97): void => {
  expect(share).toBeGreaterThanOrEqual(0.93 - NOISE);
  expect(share).toBeLessThanOrEqual(Math.min(1, most + NOISE));
};

function qualityCoverage(traffic: Traffic): number {
  const random = seededRandom(20_261_127);
  const truth = truthOf(traffic, random);
  const intervals = Array.from(
    { length: ROUNDS },
    () => qualityDifference(experiment(traffic, random), traffic.shares).difference,
  );
  return coverage(truth, intervals);
}

describe('the 95 % interval of the quality covers the truth in 93 to 97 % of simulated experiments', () => {
  it.each(Object.entries(SETTINGS))('%s', (_, traffic) => {
    expectCoverage(qualityCoverage(traffic));
  });

  it.each(Object.entries(SMALL))('%s, or up to 99.9 %%', (_, traffic) => {
    expectCoverage(qualityCoverage(traffic), 0.999);
  });
});

describe('the 95 % interval of the cost ratio covers the truth', () => {
  it.each([
    ['half of 100 calls', { calls: 100, free: 0.5 }],
    ['nine in ten of 100 calls', { calls: 100, free: 0.9 }],
    ['97 % of 600 calls', { free: 0.97 }],
  ])('if %s cost nothing', (_, more) => {
    const traffic = { ...FOUR, ...more };
    const random = seededRandom(3);
    const ratios = Array.from({ length: ROUNDS }, () =>
      ratioOfTotals(
        experiment(traffic, random),
        traffic.shares,
        ({ costs }) => costs[1],
        ({ costs }) => costs[0],
      ),
    ).filter((ratio) => ratio !== undefined);
    // In few experiments, one conversation has most of the cost of the ten calls that cost something, so that there is no ratio.
    expect(ratios.length).toBeGreaterThan(0.98 * ROUNDS);
    // Mean of the factor between both costs in the simulation.
    expectCoverage(coverage(0.6 * Math.exp(0.3 ** 2 / 2), ratios));
  });
});

describe('the 95 % interval covers the truth in 93 to 97 % of simulated experiments', () => {
  it.each([
    ['300 conversations', { ...FOUR, worse: [0, 0, 0, 0] }],
    ['25 conversations', { ...FOUR, worse: [0, 0, 0, 0], calls: 400, conversations: 25 }],
  ])('of costs and durations, with %s', (_, traffic) => {
    const random = seededRandom(5);
    const { shares } = traffic;
    const many = shares.flatMap((share, kind) =>
      // With the factor 1 of each conversation, durations would be too similar.
      Array.from({ length: share * 50_000 }, () => unitOf(traffic, kind, 0, -Math.log(1 - random()), random)),
    );
    const sum = (at: 0 | 1): number => many.reduce((total, { costs }) => total + costs[at], 0);
    const samples = Array.from({ length: ROUNDS }, () => experiment(traffic, random));
    const ratios = samples
      .map((units) =>
        ratioOfTotals(
          units,
          shares,
          ({ costs }) => costs[1],
          ({ costs }) => costs[0],
        ),
      )
      .filter((ratio) => ratio !== undefined);
    expectCoverage(coverage(sum(1) / sum(0), ratios));
    const quantiles = [0.5, 0.95];
    const differences = samples.map((units) =>
      quantileDifferences(units, shares, {
        quantiles,
        after: ({ durations }) => durations[1],
        before: ({ durations }) => durations[0],
        rounds: 100,
        random,
      }),
    );
    const sorted = (at: 0 | 1): Float64Array =>
      Float64Array.from(many, ({ durations }) => durations[at]).sort();
    const [before, after] = [sorted(0), sorted(1)];
    for (const [place, quantile] of quantiles.entries()) {
      const at = Math.floor(quantile * many.length);
      const truth = (after[at] ?? 0) - (before[at] ?? 0);
      expectCoverage(
        coverage(
          truth,
          differences.flatMap((one) => one[place] ?? []),
        ),
      );
    }
  });
});

it.each([100, 200, 400])('the stated power of %i calls is that of simulated experiments', (calls) => {
  const random = seededRandom(9);
  const traffic: Traffic = {
    ...FOUR,
    calls,
    conversations: calls / 2,
    better: 0.0415,
    worse: [0.04, 0.04, 0.04, 0.04],
  };
  const sizes = allocate(traffic.shares, calls);
  const stated = powerOf(0.05, expectedError(traffic.shares, sizes, 1 + (calls - 1) / (calls / 2)));
  const met = Array.from({ length: ROUNDS }, () =>
    qualityDifference(experiment(traffic, random), traffic.shares),
  );
  const share = met.filter(({ difference }) => difference.low > -0.05).length / ROUNDS;
  expect(Math.abs(share - stated)).toBeLessThan(0.1 + NOISE);
});

it('names the two kinds that got worse, and rarely another one', () => {
  const random = seededRandom(11);
  const found = Array.from({ length: ROUNDS }, () =>
    testKinds(experiment({ ...TWELVE, calls: 600 }, random), 12),
  );
  const share = (kind: number): number =>
    found.filter((probabilities) => (probabilities[kind] ?? 1) <= WORSE_LEVEL).length / ROUNDS;
  expect(share(3)).toBeGreaterThan(0.85);
  expect(share(6)).toBeGreaterThan(0.55);
  for (const kind of [0, 1, 2, 4, 5, 7, 8, 9, 10]) expect(share(kind)).toBeLessThan(0.15);
});
