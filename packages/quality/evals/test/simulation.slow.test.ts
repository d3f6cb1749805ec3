import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@majordomo/testing';
import { describe, expect, test } from 'vitest';
import { compare, type Evaluation, type Sample } from '../src/index.ts';
import { permutationTest, relativeChange, scoreDifference, type Pair } from '../src/compare/statistics.ts';
import { evaluationOf } from './support/evaluations.ts';

const ROUNDS = 200;
const PERMUTATIONS = 199;
/** Limit of three standard errors above 5 %. */
const FIVE_PERCENT = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / ROUNDS);

type Random = () => number;
/** Draws the score of a trial of a case. */
type Draw = (random: Random, at: number) => number;

/** Simulated suite: both sides draw their trials. */
interface Suite {
  readonly cases: number;
  readonly before: Draw;
  readonly after: Draw;
  readonly trials: (random: Random) => readonly [before: number, after: number];
}

const binary =
  (score: number): Draw =>
  (random) =>
    random() < score ? 1 : 0;
const graded: Draw = (random) => Math.floor(random() * 5) / 4;
/** 80 % easy and 20 % hard cases. */
const mixed =
  (loss = 0): Draw =>
  (random, at) =>
    random() < (at % 5 === 0 ? 0.4 : 0.99) - loss ? 1 : 0;
const equalTrials = (trials: number) => (): readonly [number, number] => [trials, trials];
const unequalTrials = (random: Random): readonly [number, number] => [3, 1 + Math.floor(random() * 5)];

interface Rates {
  readonly fail: number;
  readonly pass: number;
}

/** Returns the shares of `fail` and `pass` of a metric with margin 0.05, decided as `compare` does. */
function simulate(
  { cases, before, after, trials }: Suite,
  rounds = ROUNDS,
  permutations = PERMUTATIONS,
): Rates {
  const random = seededRandom(7);
  let fail = 0;
  let pass = 0;
  for (let round = 0; round < rounds; round++) {
    const pairs = Array.from({ length: cases }, (_, at): Pair => {
      const [old, current] = trials(random);
      const draw = (count: number, one: Draw) => Array.from({ length: count }, () => one(random, at));
      return { before: draw(old, before), after: draw(current, after), isChanged: true };
    });
    if ((scoreDifference(pairs).interval?.[0] ?? -1) > -0.05) pass++;
    else if (permutationTest(pairs, permutations) <= 0.05) fail++;
  }
  return { fail: fail / rounds, pass: pass / rounds };
}

const suite = (cases: number, trials: number, before: Draw, after = before): Suite => ({
  cases,
  before,
  after,
  trials: equalTrials(trials),
});

describe('false alarms', () => {
  test.each<readonly [string, Suite]>([
    ['8 × 5 at 0.8', suite(8, 5, binary(0.8))],
    ['20 × 1 at 0.98', suite(20, 1, binary(0.98))],
    ['60 × 3 at 0.8', suite(60, 3, binary(0.8))],
    ['100 × 1 at 0.5', suite(100, 1, binary(0.5))],
    ['30 × 2 with graded scores', suite(30, 2, graded)],
    ['50 × 2 with unequal difficulty', suite(50, 2, mixed())],
    ['30 cases with unequal trials', { ...suite(30, 1, binary(0.7)), trials: unequalTrials }],
  ])('an unchanged suite fails rarely: %s', (_name, unchanged) => {
    expect(simulate(unchanged).fail).toBeLessThan(FIVE_PERCENT);
  });

  /** Returns the share of failed comparisons of evaluations whose samples have these members. */
  function failures(members: (random: Random) => Partial<Sample>, checks: Evaluation['checks']): number {
    const random = seededRandom(11);
    const draw = (): Evaluation => {
      const base = evaluationOf(() => 1, { cases: 20, trials: 2 });
      return {
        ...base,
        checks,
        margins: { ...Object.fromEntries(checks.map(({ name }) => [name, 0.05])), usd: 0.1, ms: 0.3 },
        samples: base.samples.map((sample) => ({ ...sample, ...members(random) })),
      };
    };
    const verdicts = Array.from(
      { length: ROUNDS },
      () => compare(draw(), draw(), { permutations: PERMUTATIONS }).verdict,
    );
    return verdicts.filter((verdict) => verdict === 'fail').length / ROUNDS;
  }

  test('at most 5 % of unchanged suites with six checks, cost and time fail', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const rate = failures(
      (random) => ({
        scores: Object.fromEntries(names.map((name) => [name, { score: random() < 0.8 ? 1 : 0 }])),
        nanoUsd: String(Math.round(1e6 * (0.5 + random()))),
        ms: 100 * (0.5 + random()),
      }),
      names.map((name) => ({ name })),
    );
    expect(rate).toBeLessThan(FIVE_PERCENT);
  });

  test('at most 5 % of unchanged suites with a preference fail', () => {
    const rate = failures(
      (random) => ({ scores: { better: { score: Math.floor(random() * 3) / 2 } } }),
      [{ name: 'better', isPreference: true }],
    );
    expect(rate).toBeLessThan(FIVE_PERCENT);
  });
});

describe('losses', () => {
  test.each([
    [60, 3, 0.98],
    [30, 1, 0.98],
    [60, 3, 0.8],
  ])('a suite that loses its margin passes rarely: %i × %i at %d', (cases, trials, score) => {
    const { pass } = simulate(suite(cases, trials, binary(score), binary(score - 0.05)));
    expect(pass).toBeLessThan(FIVE_PERCENT);
  });

  test.each([
    [40, 3, 0.97, 0.75],
    [40, 3, 0.95, 0.6],
    [20, 1, 0.95, 0.45],
  ])('a suite of %i × %i that falls from %d to %d fails', (cases, trials, before, after) => {
    expect(simulate(suite(cases, trials, binary(before), binary(after))).fail).toBeGreaterThan(0.85);
  });

  test('a cost that rises by its margin passes rarely, also with a few expensive cases', () => {
    const random = seededRandom(5);
    const normal = (): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const rounds = 1000;
    const passes = Array.from({ length: rounds }, () => {
      const pairs = Array.from({ length: 30 }, (): Pair => {
        const cost = Math.exp(normal());
        const before = [cost * Math.exp(0.6 * normal())];
        return { before, after: [1.1 * cost * Math.exp(0.6 * normal())], isChanged: true };
      });
      return (relativeChange(pairs).interval?.[1] ?? 1) < 0.1;
    });
    const limit = 0.05 + 3 * Math.sqrt((0.05 * 0.95) / rounds);
    expect(passes.filter(Boolean).length / rounds).toBeLessThan(limit);
  });

  test('80 % of unchanged suites of 100 × 3 at 0.98 pass, and no improvement fails', () => {
    expect(simulate(suite(100, 3, binary(0.98))).pass).toBeGreaterThan(0.8);
    expect(simulate(suite(40, 3, binary(0.6), binary(0.9))).fail).toBe(0);
  });
});

const PAGE = join(import.meta.dirname, '../../../../apps/docs/evals.md');
const BEGIN =
  '<!-- rates: written by packages/quality/evals/test/simulation.slow.test.ts, with RATES=write -->';
const END = '<!-- end of rates -->';

test.runIf(process.env['RATES'] === 'write')(
  'writes the table of simulated rates',
  { timeout: 900_000 },
  () => {
    const scales: readonly (readonly [string, (loss: number) => Draw])[] = [
      ['0.98', (loss) => binary(0.98 - loss)],
      ['0.8', (loss) => binary(0.8 - loss)],
      ['80 % at 0.99, 20 % at 0.4', mixed],
    ];
    const sizes: readonly (readonly [number, number])[] = [
      [20, 1],
      [60, 1],
      [60, 3],
      [100, 3],
      [200, 3],
    ];
    const percent = (share: number): string => `${Math.round(share * 100)} %`;
    const rows = scales.flatMap(([name, draw]) =>
      sizes.map(([cases, trials]) => {
        const [same, small, large] = [0, 0.05, 0.15].map((loss) =>
          simulate(suite(cases, trials, draw(0), draw(loss)), 300, 1999),
        );
        const cells = [same?.pass, same?.fail, small?.pass, small?.fail, large?.fail];
        return [name, `${cases} × ${trials}`, ...cells.map((cell = 0) => percent(cell))];
      }),
    );
    const head = [
      'score',
      'cases × trials',
      'unchanged: pass',
      'unchanged: fail',
      'loss of 0.05: pass',
      'loss of 0.05: fail',
      'loss of 0.15: fail',
    ];
    const table = [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
    const page = readFileSync(PAGE, 'utf8');
    const [before = '', after = ''] = [page.split(BEGIN)[0], page.split(END)[1]];
    writeFileSync(PAGE, `${before}${BEGIN}\n\n${table}\n\n${END}${after}`);
  },
);
