import { wilson, Z } from '@majordomo/evals/internal';
import { describe, expect, it } from 'vitest';
import { ratioOfTotals } from '../report/cost.ts';
import { designOf, stratifiedMean, type Unit } from './stratified-mean.ts';
import { qualityDifference, scoreInterval } from './quality.ts';
import { quantileDifferences } from './quantile-difference.ts';
import { allocate, powerOf } from './sample-size.ts';
import { corrected, signTest, WORSE_LEVEL } from '../report/kinds.ts';

const unitsOf = (scores: readonly number[], kind = 0): readonly Unit[] =>
  scores.map((score, at) => ({ kind, conversation: `${kind}/${at}`, score }));
const repeat = (score: number, count: number): readonly number[] =>
  Array.from({ length: count }, () => score);

describe('the quality', () => {
  it('is the weighted mean of the kinds, whatever their sizes in the sample', () => {
    const units = [...unitOfKinds(0, 10, 40), ...unitOfKinds(1, 20, 20)];
    const { difference, loss, gain } = qualityDifference(units, [0.9, 0.1]);
    expect(difference.value).toBeCloseTo(-(0.9 * 0.25 + 0.1 * 1), 12);
    expect([loss.value, gain.value]).toEqual([expect.closeTo(0.325, 12), 0]);
  });

  it('has an interval also if all answers are equal, worse or better', () => {
    for (const score of [0, -1, 1]) {
      const { difference } = qualityDifference(unitsOf(repeat(score, 300)), [1]);
      expect(difference.value).toBe(score);
      expect(difference.high - difference.low).toBeGreaterThan(0.01);
      expect(difference.high - difference.low).toBeLessThan(0.06);
    }
  });

  it('has a wider interval if the units of a conversation are equal', () => {
    const scores = Array.from({ length: 200 }, (_, at) => (at % 10 === 0 ? -1 : 0));
    const widthOf = (perConversation: number): number => {
      const units = scores
        .toSorted()
        .map((score, at) => ({ kind: 0, conversation: Math.floor(at / perConversation), score }));
      const { low, high } = qualityDifference(units, [1]).difference;
      return high - low;
    };
    expect(widthOf(4) / widthOf(1)).toBeGreaterThan(1.7);
    expect(widthOf(4) / widthOf(1)).toBeLessThan(2.4);
  });

  it('has no wider interval because of a rare kind with one unit or one conversation', () => {
    const many = unitsOf(Array.from({ length: 300 }, (_, at) => (at % 20) - 1).map((at) => Math.min(0, at)));
    const widthOf = (units: readonly Unit[], shares: readonly number[]): number => {
      const { low, high } = qualityDifference(units, shares).difference;
      return high - low;
    };
    const plain = widthOf(many, [1]);
    const run = Array.from({ length: 40 }, () => ({ kind: 1, conversation: 'one run', score: 0 }));
    for (const rare of [unitsOf([0], 1), run])
      expect(widthOf([...many, ...rare], [0.99, 0.01]) / plain).toBeCloseTo(1, 1);
  });

  it('moves with the labels of people, from eight labels on', () => {
    const units = (labels: number): readonly Unit[] =>
      unitsOf(repeat(0, 200)).map((unit, at) =>
        at < 40 ? { ...unit, isDoubtful: true, label: at < labels ? -1 : undefined } : unit,
      );
    expect(qualityDifference(units(4), [1]).difference.value).toBeCloseTo(-0.02, 12);
    expect(qualityDifference(units(8), [1]).difference.value).toBeCloseTo(-0.2, 12);
    expect(qualityDifference(units(40), [1]).difference.value).toBeCloseTo(-0.2, 12);
  });

  it('is finite for one conversation, and for kinds of one unit', () => {
    const alone = unitsOf([-1, 0, 1, 0]).map((unit) => ({ ...unit, conversation: 'only' }));
    const single = [...unitsOf([-1, 0, 0]), ...unitsOf([1], 1)];
    for (const { difference } of [qualityDifference(alone, [1]), qualityDifference(single, [0.5, 0.5])])
      for (const end of [difference.low, difference.high]) expect(Number.isFinite(end)).toBe(true);
  });
});

function unitOfKinds(kind: number, worse: number, size: number): readonly Unit[] {
  return unitsOf([...repeat(-1, worse), ...repeat(0, size - worse)], kind);
}

it('the variance of a simple mean is that of the textbook', () => {
  const scores = [0.1, 0.5, -0.3, 0.9, 0.2];
  const units = unitsOf(scores);
  const { value, variance } = stratifiedMean(units, designOf(units, [1]), ({ score }) => score);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  expect(value).toBeCloseTo(mean, 12);
  expect(variance).toBeCloseTo(squares / (scores.length - 1) / scores.length, 12);
  expect(designOf(units, [1]).freedom).toBeCloseTo(4, 9);
});

it('the ratio of totals is exact if each unit has the same ratio', () => {
  const units = unitsOf([1, 2, 3, 4, 5]);
  const ratio = ratioOfTotals(
    units,
    [1],
    ({ score }) => 0.6 * score,
    ({ score }) => score,
  );
  for (const value of [ratio?.value, ratio?.low, ratio?.high]) expect(value).toBeCloseTo(0.6, 9);
});

it.each<readonly [what: string, units: readonly Unit[]]>([
  ['if the total is 0', unitsOf(repeat(0, 20))],
  ['if one conversation has the total', unitsOf([5, ...repeat(0, 19)])],
  ['if one conversation has most of the total', unitsOf([50, ...repeat(1, 19)])],
  ['for one conversation', unitsOf([5, 1, 2]).map((unit) => ({ ...unit, conversation: 'only' }))],
])('the ratio of totals is undefined %s', (_, units) => {
  const scoreIn = ({ score }: Unit): number => score;
  expect(ratioOfTotals(units, [1], scoreIn, scoreIn)).toBeUndefined();
});

it('the ratio of totals is 0 if the new answers cost nothing', () => {
  const ratio = ratioOfTotals(
    unitsOf([1, 2, 3]),
    [1],
    () => 0,
    ({ score }) => score,
  );
  expect(ratio).toEqual({ value: 0, low: 0, high: 0 });
});

describe('the score interval', () => {
  it('is that of Wilson for one kind', () => {
    for (const [losses, size] of [
      [0, 20],
      [3, 40],
      [20, 20],
    ] as const) {
      const rate = losses / size;
      const { below, above } = scoreInterval([{ share: 1, size, rate }], Z);
      const [low, high] = wilson(losses, size);
      expect([rate - below, rate + above]).toEqual([expect.closeTo(low, 9), expect.closeTo(high, 9)]);
    }
  });

  it('is that of one kind if kinds with equal rates have the sizes of their shares', () => {
    const parts = [0.6, 0.4].map((share) => ({ share, size: 100 * share, rate: 0.05 }));
    const { below, above } = scoreInterval(parts, Z);
    const one = scoreInterval([{ share: 1, size: 100, rate: 0.05 }], Z);
    expect([below, above]).toEqual([expect.closeTo(one.below, 9), expect.closeTo(one.above, 9)]);
  });

  it('includes what may be missing in a dominant kind without a loss', () => {
    const rare = { share: 0.05, size: 20, rate: 0.1 };
    const { above } = scoreInterval([{ share: 0.95, size: 60, rate: 0 }, rare], Z);
    // Wilson's interval of the dominant kind alone.
    const [, high] = wilson(0, 60);
    expect(above).toBeGreaterThan(0.95 * high);
  });
});

it('the differences of quantiles are exact if each unit has the same difference', () => {
  const units = unitsOf([5, 1, 4, 2, 3]);
  let state = 0;
  const random = (): number => (state = (state + 0.37) % 1);
  const options = {
    quantiles: [0.5, 0.95],
    after: ({ score }: Unit) => score + 7,
    before: ({ score }: Unit) => score,
    rounds: 50,
    random,
  };
  const difference = { value: 7, low: 7, high: 7 };
  expect(quantileDifferences(units, [1], options)).toEqual([difference, difference]);
});

it('allocates rare kinds at least 20 units', () => {
  expect(allocate([0.64, 0.36], 700)).toEqual([400, 300]);
  expect(allocate([0.9999, 0.0001], 100)[1]).toBe(20);
  expect(allocate([0.64, 0.32, 0.04], 700, [350, 1000, 5])).toEqual([350, 345, 5]);
  expect(allocate([0.5, 0.5], 100, [10, 10])).toEqual([10, 10]);
  // Rounding alone would lose a unit.
  for (let units = 60; units < 400; units++) {
    const sizes = allocate([0.25, 0.25, 0.3, 0.2], units);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeGreaterThanOrEqual(units);
  }
});

it('the power grows with the distance from the bound', () => {
  expect(powerOf(0.021, 0.01)).toBeCloseTo(0.5, 3);
  expect(powerOf(0.05, 0.01)).toBeGreaterThan(0.99);
  expect(powerOf(0, 0.01)).toBeLessThan(0.02);
});

describe('the sign test', () => {
  it('is exact', () => {
    expect(signTest(8, 10)).toBeCloseTo(56 / 1024, 12);
    expect(signTest(0, 10)).toBeCloseTo(1, 12);
    expect(signTest(0, 0)).toBe(1);
  });

  it('is finite for thousands of conversations', () => {
    expect(signTest(2500, 5000)).toBeCloseTo(0.5056, 3);
    expect(signTest(2700, 5000)).toBeLessThan(1e-7);
  });

  it('names kinds whose probability is below their part of a tenth', () => {
    const isWorse = (probabilities: readonly number[]): readonly boolean[] =>
      corrected(probabilities).map((p) => p <= WORSE_LEVEL);
    expect(isWorse([0.2, 0.001, 0.04, 0.06])).toEqual([false, true, true, true]);
    expect(isWorse([0.11])).toEqual([false]);
  });
});
