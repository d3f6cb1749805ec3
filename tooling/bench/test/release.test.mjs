import { expect, test } from 'vitest';
import { lacksOfSpeed } from '../../release/speed.mjs';

const verdict = (ok) => ({
  row: 'call',
  wire: 'w',
  goal: 1.1,
  figure: ok ? 1 : 2,
  unit: '× SDK',
  ok,
  isGate: true,
});
const result = { commit: 'abc', verdicts: [verdict(true)] };

test('a release is permitted when its commit meets every bound', () => {
  expect([...lacksOfSpeed(result, 'abc')]).toEqual([]);
});

test('a missed time of the processor does not hold back a release, because it depends on the machine', () => {
  const verdicts = [{ ...verdict(false), unit: 'µs CPU', isGate: false }];
  expect([...lacksOfSpeed({ ...result, verdicts }, 'abc')]).toEqual([]);
});

test.each([
  ['nothing was measured', undefined],
  ['another commit was measured', { ...result, commit: 'def' }],
  ['a bound was missed', { ...result, verdicts: [verdict(true), verdict(false)] }],
])('a release is refused when %s', (_why, other) => {
  expect([...lacksOfSpeed(other, 'abc')]).toHaveLength(1);
});
