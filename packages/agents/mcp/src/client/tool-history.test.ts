import { expect, it } from 'vitest';
import { ToolHistory } from './tool-history.ts';

type Definitions = Readonly<Record<string, string>>;

/** History with these trusted definitions, and the number of later approvals. */
function historyOf(trusted: Definitions = {}) {
  let approvals = 0;
  const history = new ToolHistory(Object.entries(trusted), () => approvals++);
  const update = (listed: Definitions): readonly string[] => history.update(Object.entries(listed));
  const definitions = (): Definitions => Object.fromEntries(history.definitions);
  return { history, update, definitions, approvals: () => approvals };
}

it('trusts the first definition of each tool', () => {
  const { history, update, definitions, approvals } = historyOf({ a: '1' });
  expect(update({ a: '1', b: '1' })).toEqual([]);
  expect(definitions()).toEqual({ a: '1', b: '1' });
  expect(history.isChanged('a', '1')).toBe(false);
  expect([history.mayRun('a', '1'), history.mayRun('b', '1')]).toEqual([true, true]);
  expect(approvals()).toBe(0);
});

it('reports each change once, and also a change since the stored definition', () => {
  const { update, definitions } = historyOf({ a: '1' });
  expect(update({ a: '2', b: '1' })).toEqual(['a']);
  expect(update({ a: '2', b: '2' })).toEqual(['b']);
  expect(update({ a: '2', b: '2' })).toEqual([]);
  expect(definitions()).toEqual({ a: '1', b: '1' });
});

it('compares a tool that was removed with its trusted definition', () => {
  const { update } = historyOf();
  update({ a: '1' });
  update({ a: '2' });
  expect(update({})).toEqual([]);
  expect(update({ a: '2' })).toEqual(['a']);
  update({});
  expect(update({ a: '1' })).toEqual([]);
});

it('runs a changed definition only after an approval was requested for it, and then trusts it', () => {
  const { history, update, definitions, approvals } = historyOf({ a: '1' });
  update({ a: '2' });
  expect(history.isChanged('a', '2')).toBe(true);
  expect([history.mayRun('a', '2'), history.mayRun('a', '1')]).toEqual([false, false]);
  history.recordApprovalRequest('a', '1');
  expect(history.mayRun('a', '2')).toBe(false);
  history.recordApprovalRequest('a', '2');
  expect([history.mayRun('a', '2'), approvals()]).toEqual([true, 1]);
  expect([history.mayRun('a', '2'), history.isChanged('a', '2'), approvals()]).toEqual([true, false, 1]);
  expect(definitions()).toEqual({ a: '2' });
});

it('does not run a definition that was replaced after its approval', () => {
  const { history, update } = historyOf();
  update({ a: '1' });
  history.recordApprovalRequest('a', '1');
  update({ a: '2' });
  expect(history.mayRun('a', '1')).toBe(false);
});

it('runs a trusted definition that is not listed', () => {
  expect(historyOf({ a: '1' }).history.mayRun('a', '1')).toBe(true);
});

it('trusts the first definitions of 10,000 tools', () => {
  const { history } = historyOf();
  history.update(Array.from({ length: 10_001 }, (_, at) => [`t${at}`, '1'] as const));
  expect([history.isChanged('t9999', '1'), history.isChanged('t10000', '1')]).toEqual([false, true]);
});
