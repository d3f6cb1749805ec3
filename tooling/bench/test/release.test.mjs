import { expect, test } from 'vitest';
import { lacksOfSpeed } from '../../release/speed.mjs';

const verdict = (ok) => ({ row: 'call', wire: 'w', goal: 1.1, figure: ok ? 1 : 2, unit: '× SDK', ok });
const gate = { commit: 'abc', leftOut: [], verdicts: [verdict(true)] };

test('a release goes out when every goal was met at its commit', () => {
  expect([...lacksOfSpeed(gate, 'abc')]).toEqual([]);
});

test.each([
  ['nothing was measured', undefined],
  ['another commit was measured', { ...gate, commit: 'def' }],
  ['a scenario was left out', { ...gate, leftOut: ['lint'] }],
  ['a goal was missed', { ...gate, verdicts: [verdict(true), verdict(false)] }],
])('it is held back when %s', (_why, result) => {
  expect([...lacksOfSpeed(result, 'abc')]).toHaveLength(1);
});
