import { expect, test } from 'vitest';
import { measure, reader } from '../src/measure/measures.mjs';
import { inRounds } from '../src/measure/rounds.mjs';
import { seeded } from '../src/measure/statistics.mjs';
import { better, judge } from '../src/report/goals.mjs';

const plan = { rounds: 3, warmUp: 2, random: seeded(1) };

test('rounds of warming up run and do not count', async () => {
  let runs = 0;
  const { a } = await inRounds([{ name: 'a', run: async () => ++runs }], plan);
  expect(a.results).toEqual([3, 4, 5]);
  expect(a.cpu).toHaveLength(3);
});

test('a wrong answer ends the part of one job and not of the others', async () => {
  const fail = async () => {
    throw new Error('wrong answer');
  };
  const jobs = [
    { name: 'bad', run: fail },
    { name: 'good', run: async () => 1 },
  ];
  const { bad, good } = await inRounds(jobs, plan);
  expect(bad.error).toContain('wrong answer');
  expect(good.results).toEqual([1, 1, 1]);
});

const measures = (own, base) =>
  measure(plan, {
    unit: 'µs',
    values: ({ results }) => results,
    jobs: [
      { metric: 'm', title: 't', wire: 'w', subject: 'majordomo', run: async () => own },
      { metric: 'm', title: 't', wire: 'w', subject: 'sdk', per: 2, run: async () => base },
    ],
  });
const goal = {
  row: 'r',
  wire: 'w',
  atMost: 2,
  unit: '× SDK',
  figure: (read) => read.ratio('m', 'w', 'sdk'),
};

test.each([
  [2, true],
  [2.29, true],
  [2.31, false],
  [NaN, false],
])('a figure of %d against a goal of 2 is ok: %s', async (own, ok) => {
  expect(judge([goal], await measures(own, 2))[0]).toMatchObject({ figure: own, ok });
});

test('what failed has no figure', async () => {
  const all = await measures(2, 2);
  const failed = all.map((each) => ({ ...each, error: 'wrong answer' }));
  expect(reader(failed).ratio('m', 'w', 'sdk')).toBeNaN();
  expect(judge([goal], failed)[0].ok).toBe(false);
});

test('a goal of a wire that was left out is not judged', async () => {
  expect(judge([{ ...goal, wire: 'other' }], await measures(2, 2))).toEqual([]);
});

test('of two tries the better one counts, a failed one never', () => {
  const verdicts = (...figures) => figures.map((figure) => ({ figure }));
  expect(better(verdicts(3, 1, 2), verdicts(2, 2, NaN))).toEqual(verdicts(2, 1, 2));
  expect(better(verdicts(NaN), verdicts(2))).toEqual(verdicts(2));
  // As JSON has it.
  expect(better(verdicts(null, 2), verdicts(2, null))).toEqual(verdicts(2, 2));
});

test('runs what is compared one after the other, and both in an order that changes', async () => {
  const ran = [];
  const jobs = ['a', 'b', 'c'].flatMap((wire) =>
    ['sdk', 'ours'].map((name) => ({
      name: `${wire} ${name}`,
      wire,
      run: async () => ran.push([wire, name]),
    })),
  );
  await inRounds(jobs, { ...plan, rounds: 20, warmUp: 0, random: seeded(1) });
  const rounds = Array.from({ length: 20 }, (_, at) => ran.slice(at * 6, at * 6 + 6));
  for (const round of rounds) for (const at of [0, 2, 4]) expect(round[at][0]).toBe(round[at + 1][0]);
  const wires = rounds.map((round) => [0, 2, 4].map((at) => round[at][0]).join(''));
  expect(new Set(wires).size).toBeGreaterThan(3);
  expect(new Set(rounds.map(([[, first]]) => first)).size).toBe(2);
});
