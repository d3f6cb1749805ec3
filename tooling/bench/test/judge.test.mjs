import { seededRandom } from '@majordomo/core/toolkit';
import { expect, test } from 'vitest';
import { judge } from '../src/judge.mjs';
import { ROWS, SUITES } from '../src/rows.mjs';
import { check, inRounds } from '../src/measure/rounds.mjs';
import { medianRatio } from '../src/measure/statistics.mjs';
import { linesTable, verdictTable } from '../src/report/table.mjs';

const plan = { rounds: 3, warmUp: 2, random: seededRandom(1) };

test('a wrong answer ends the measurement', async () => {
  const run = async () => check('no', 'yes');
  await expect(inRounds([{ subject: 'a', run }], plan)).rejects.toThrow('wrong answer: no');
});

test('each round runs every job once, in an order that changes', async () => {
  const ran = [];
  const jobs = ['a', 'b', 'c'].map((subject) => ({ subject, run: async () => ran.push(subject) }));
  await inRounds(jobs, { ...plan, rounds: 20, warmUp: 0 });
  const rounds = Array.from({ length: 20 }, (_, at) => ran.slice(at * 3, at * 3 + 3));
  for (const round of rounds) expect(round.toSorted()).toEqual(['a', 'b', 'c']);
  expect(new Set(rounds.map((round) => round.join(''))).size).toBeGreaterThan(3);
});

const row = {
  row: 'r',
  suite: 's',
  wires: ['w', 'v'],
  atMost: 2,
  unit: '× SDK',
  figure: ({ m }) => medianRatio(m.own, m.sdk),
};
const measured = (w, v) => ({ s: { w: { m: { own: [w], sdk: [1] } }, v: { m: { own: [v], sdk: [1] } } } });

test.each([
  [2, true],
  [2.29, true],
  [2.31, false],
])('a figure of %d with a bound of 2 is ok: %s', (figure, ok) => {
  expect(judge(measured(figure, 1), 1, [row])).toMatchObject([{ wire: 'w', figure, goal: 2, ok }]);
});

test('the figure of a row is that of its worst wire', () => {
  expect(judge(measured(1, 3), 1, [row])).toMatchObject([{ wire: 'v', figure: 3, ok: false }]);
});

test('a row is left out when a subject or the suite was not measured', () => {
  expect(judge({ s: { w: { m: { own: [1] } } } }, 1, [row])).toEqual([]);
  expect(judge({}, 1, [row])).toEqual([]);
});

test('a row without a bound is reported and never missed', () => {
  expect(judge(measured(9, 9), 1, [{ ...row, atMost: undefined }])).toMatchObject([{ figure: 9, ok: true }]);
});

test.each([
  ['µs CPU added to a call', 1.5, true],
  ['ms above SDK', 1.5, true],
  ['ms', 3, false],
  ['× SDK', 3, false],
])('on a machine that needs twice the time, a figure of 3 %s is judged as %d', (unit, figure, ok) => {
  expect(judge(measured(3, 1), 2, [{ ...row, unit }])).toMatchObject([{ figure, ok }]);
});

test('every row names a suite and wires that the suite measures', () => {
  for (const { suite, wires } of ROWS) expect(SUITES[suite].wires).toEqual(expect.arrayContaining(wires));
});

test('tables show a missed bound', () => {
  const verdicts = judge(measured(3, 1), 1, [row]);
  expect(verdictTable(verdicts)).toContain('| MISSED | r   | w    | ≤ 2   | 3      | × SDK |');
  expect(linesTable([{ line: '24', verdicts }])).toContain('| r   | w, v  | ≤ 2   | **3**   | × SDK |');
});
