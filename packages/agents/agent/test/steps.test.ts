import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { user, type ToolCallPart, type Warning } from '@majordomo/core';
import { describe, expect, it } from 'vitest';
import type { RunState } from '../src/index.ts';
import {
  answered,
  approvalsChecked,
  begin,
  claimed,
  decide,
  decided,
  toolsRan,
  type Rules,
} from '../src/steps.ts';

const call = (id: string): ToolCallPart => ({ type: 'tool-call', id, name: 'pay', args: {} });
const result = (callId: string, text = 'paid') =>
  ({ type: 'tool-result', callId, name: 'pay', content: [{ type: 'text', text }] }) as const;
const turn = (...parts: ToolCallPart[]): RunState =>
  answered(begin('go'), {
    id: undefined,
    target: 'f/m',
    message: { role: 'assistant', parts },
    finish: 'tool-calls',
    usage: undefined,
    warnings: [],
  });
const rules: Rules = {
  maxSteps: () => 10,
  mayNeedApproval: () => true,
  loop: {},
  closingTurn: false,
  parallel: true,
};
const idsOf = (state: RunState, overrides: Partial<Rules> = {}) => {
  const action = decide(state, { ...rules, ...overrides });
  return [action.type, ...('calls' in action ? action.calls.map(({ id }) => id) : [])];
};

describe('decided', () => {
  it('returns the same state for a call that does not exist', () => {
    const state = turn(call('a'));
    expect(decided(state, [{ callId: 'q', approve: true }])).toBe(state);
    expect(decided(state, [{ callId: 'q', deny: 'no' }])).toBe(state);
  });

  it('stores all approvals that it receives at once', () => {
    const decisions = [
      { callId: 'a', approve: true },
      { callId: 'b', approve: true },
    ] as const;
    expect(decided(turn(call('a'), call('b')), decisions).decisions).toEqual(decisions);
  });

  it('returns the same state for an approval of an approved call', () => {
    const state = decided(turn(call('a')), [{ callId: 'a', approve: true }]);
    expect(decided(state, [{ callId: 'a', approve: true }])).toBe(state);
  });

  it('returns the same state for an approval of a suspended call', () => {
    const state = toolsRan(turn(call('a')), [{ ...result('a'), suspended: { payload: 1 } }]);
    expect(decided(state, [{ callId: 'a', approve: true }])).toBe(state);
  });

  it('prefers a denial over an approval', () => {
    const state = decided(turn(call('a'), call('b')), [
      { callId: 'a', approve: true },
      { callId: 'a', deny: 'no' },
    ]);
    expect([state.decisions, state.pending.map(({ id }) => id)]).toEqual([[], ['b']]);
  });
});

describe('toolsRan', () => {
  it('adds no result for a call that does not exist', () => {
    const state = turn(call('a'));
    expect(toolsRan(state, [result('q')])).toEqual(state);
  });

  it('counts the usage of a repeated call that already has a result', () => {
    const usage = { input: 1, output: 1, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
    const state = toolsRan(turn(call('a'), call('b')), [result('a')]);
    const repeated = toolsRan(state, [{ ...result('a', 'twice'), usage }]);
    expect([repeated.usage.input, repeated.results]).toEqual([1, [result('a')]]);
  });

  it('puts results in the order of their calls', () => {
    const { messages } = toolsRan(turn(call('a'), call('b')), [result('b'), result('a')]);
    expect(messages[2]?.parts).toEqual([result('a'), result('b')]);
  });

  it('replaces the payload of a suspended call, and removes its approval', () => {
    const suspendedResult = (payload: number) => ({ ...result('a'), suspended: { payload } });
    const approved = decided(turn(call('a'), call('b')), [{ callId: 'a', approve: true }]);
    const state = toolsRan(toolsRan(approved, [suspendedResult(1)]), [suspendedResult(2)]);
    expect([state.suspended, state.decisions]).toEqual([[{ callId: 'a', payload: 2 }], []]);
  });
});

describe('the data of a turn', () => {
  const suspendedResult = (id: string, payload: string) => ({ ...result(id), suspended: { payload } });

  it('is stored for each of its calls', () => {
    const [a, b, c] = [call('a'), call('b'), call('c')];
    const checked = approvalsChecked(approvalsChecked(turn(a, b, c), [a], ['a']), [b], []);
    expect(checked.approvals).toEqual({ a: true, b: false });
    expect(claimed(claimed(checked, a, 'one'), b, 'two').claims).toEqual({ a: 'one', b: 'two' });
    const waiting = toolsRan(checked, [suspendedResult('a', 'A'), suspendedResult('b', 'B')]);
    expect(waiting.suspended?.map(({ callId }) => callId)).toEqual(['a', 'b']);
    const answeredA = decided(waiting, [{ callId: 'a', result: 'blue' }]);
    expect(answeredA.suspended?.map(({ callId }) => callId)).toEqual(['b']);
  });

  it('is removed when its last call has a result', () => {
    const initial: RunState = { ...turn(call('a')), by: 'one', offered: ['pay'] };
    const checked = claimed(approvalsChecked(initial, initial.pending, []), call('a'), 'one');
    expect(toolsRan(checked, [result('a')])).toEqual({
      ...turn(call('a')),
      messages: [...initial.messages, { role: 'tool', parts: [result('a')] }],
      pending: [],
    });
  });
});

it('equal warnings are stored once, and warnings that differ in any property are stored separately', () => {
  const first = { action: 'dropped', what: 'seed', why: 'unknown' } as const;
  const others = [
    { ...first, action: 'coerced' },
    { ...first, what: 'topP' },
    { ...first, why: 'refused' },
  ] as const;
  const withWarnings = (state: RunState, ...warnings: readonly Warning[]): RunState =>
    answered(state, {
      id: undefined,
      target: 'f/m',
      finish: 'stop',
      usage: undefined,
      warnings,
      message: { role: 'assistant', parts: [{ type: 'text', text: 'x' }] },
    });
  const warned = withWarnings(begin('go'), first);
  expect(withWarnings(warned, first, ...others).warnings).toEqual([first, ...others]);
  expect(withWarnings(warned, first).warnings).toBe(warned.warnings);
});

describe('decide', () => {
  it('checks approvals first, then runs the calls that need no decision, then waits', () => {
    const state = turn(call('a'), call('b'));
    expect(idsOf(state)).toEqual(['check-approval', 'a', 'b']);
    const checked = approvalsChecked(state, state.pending, ['b']);
    expect(idsOf(checked)).toEqual(['run-tools', 'a']);
    expect(idsOf(toolsRan(checked, [result('a')]))).toEqual(['await-decisions', 'b']);
  });

  it('checks no approval if no tool may need one', () => {
    expect(idsOf(turn(call('a'), call('b')), { mayNeedApproval: () => false })).toEqual([
      'run-tools',
      'a',
      'b',
    ]);
  });

  it('runs one call at a time without parallel tools', () => {
    const overrides = { mayNeedApproval: () => false, parallel: false };
    expect(idsOf(turn(call('a'), call('b')), overrides)).toEqual(['run-tools', 'a']);
  });

  it('does not check a call that is already approved', () => {
    const state = decided(turn(call('a')), [{ callId: 'a', approve: true }]);
    expect(idsOf(state)).toEqual(['run-tools', 'a']);
  });

  it('waits for a suspended call', () => {
    const state = toolsRan(turn(call('a')), [{ ...result('a'), suspended: { payload: 1 } }]);
    expect(idsOf(state)).toEqual(['await-decisions', 'a']);
  });

  it('calls the model until maxSteps, then stops or requests a closing turn', () => {
    const state = toolsRan(turn(call('a')), [result('a')]);
    expect(decide(state, rules)).toEqual({ type: 'call-model' });
    expect(decide(state, { ...rules, maxSteps: () => 1 })).toEqual({ type: 'stop', why: 'max-steps' });
    expect(decide(state, { ...rules, maxSteps: () => 1, closingTurn: true })).toEqual({
      type: 'call-model',
      textOnly: true,
    });
    expect(decide({ ...begin([user('x')]), done: 'refused' }, rules)).toEqual({
      type: 'stop',
      why: 'refused',
    });
  });
});

it('the entry point of steps imports no other package', () => {
  const visitedFiles = new Set<string>();
  const packages: string[] = [];
  const follow = (file: string): void => {
    // The build replaces these files with core's source.
    if (visitedFiles.has(file) || /\/(?:sum-usage|vendor-calls)\.ts$/.test(file)) return;
    visitedFiles.add(file);
    const source = readFileSync(new URL(`../src/${file}`, import.meta.url), 'utf8');
    for (const [, clause = '', from = ''] of source.matchAll(
      /^(?:import|export) ([^;]*?) from '([^']+)'/gms,
    )) {
      if (clause.startsWith('type ')) continue;
      if (from.startsWith('.')) follow(posix.join(posix.dirname(file), from));
      else packages.push(`${file} imports ${from}`);
    }
  };
  follow('steps.ts');
  expect(packages).toEqual([]);
  expect(visitedFiles).toContain('state/state.ts');
});
