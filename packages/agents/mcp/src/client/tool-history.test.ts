import { expect, it } from 'vitest';
import { ToolHistory } from './tool-history.ts';

/** History with these trusted definitions, and the number of later approvals. */
function historyOf(trusted: readonly (readonly [string, string])[] = []) {
  let approvals = 0;
  const history = new ToolHistory(trusted, () => approvals++);
  return { history, approvals: () => approvals };
}

it('trusts the first definition of each tool', () => {
  const { history, approvals } = historyOf([['a', '1']]);
  expect(
    history.update([
      ['a', '1'],
      ['b', '1'],
    ]),
  ).toEqual([]);
  expect([...history.definitions]).toEqual([
    ['a', '1'],
    ['b', '1'],
  ]);
  expect([history.isChanged('a', '1'), history.mayRun('a', '1'), history.mayRun('b', '1')]).toEqual([
    false,
    true,
    true,
  ]);
  expect(approvals()).toBe(0);
});

it('reports each change once, and also a change since the stored definition', () => {
  const { history } = historyOf([['a', '1']]);
  expect(
    history.update([
      ['a', '2'],
      ['b', '1'],
    ]),
  ).toEqual(['a']);
  expect(
    history.update([
      ['a', '2'],
      ['b', '2'],
    ]),
  ).toEqual(['b']);
  expect(
    history.update([
      ['a', '2'],
      ['b', '2'],
    ]),
  ).toEqual([]);
  expect([...history.definitions]).toEqual([
    ['a', '1'],
    ['b', '1'],
  ]);
});

it('compares a tool that was removed with its trusted definition', () => {
  const { history } = historyOf();
  history.update([['a', '1']]);
  history.update([['a', '2']]);
  expect(history.update([])).toEqual([]);
  expect(history.update([['a', '2']])).toEqual(['a']);
  history.update([]);
  expect(history.update([['a', '1']])).toEqual([]);
});

it('runs a changed definition only after an approval was requested for it, and then trusts it', () => {
  const { history, approvals } = historyOf([['a', '1']]);
  history.update([['a', '2']]);
  expect([history.isChanged('a', '2'), history.mayRun('a', '2'), history.mayRun('a', '1')]).toEqual([
    true,
    false,
    false,
  ]);
  history.recordApprovalRequest('a', '1');
  expect(history.mayRun('a', '2')).toBe(false);
  history.recordApprovalRequest('a', '2');
  expect([history.mayRun('a', '2'), approvals()]).toEqual([true, 1]);
  expect([history.mayRun('a', '2'), history.isChanged('a', '2'), approvals()]).toEqual([true, false, 1]);
  expect([...history.definitions]).toEqual([['a', '2']]);
});

it('does not run a definition that was replaced after its approval', () => {
  const { history } = historyOf();
  history.update([['a', '1']]);
  history.recordApprovalRequest('a', '1');
  history.update([['a', '2']]);
  expect(history.mayRun('a', '1')).toBe(false);
});

it('runs a trusted definition that is not listed', () => {
  expect(historyOf([['a', '1']]).history.mayRun('a', '1')).toBe(true);
});

it('trusts the first definitions of 10,000 tools', () => {
  const { history } = historyOf();
  history.update(Array.from({ length: 10_001 }, (_, at) => [`t${at}`, '1'] as const));
  expect([history.isChanged('t9999', '1'), history.isChanged('t10000', '1')]).toEqual([false, true]);
});
