import { user } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { describe, expect, it } from 'vitest';
import type { RunState } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { calls, faultOf, world } from './support/world.ts';

describe('a follow-up question to a completed run', () => {
  const withQuestion = (state: RunState, text: string): RunState => ({
    ...state,
    messages: [...state.messages, user(text)],
  });

  it('is sent with the complete transcript, and answered', async () => {
    const { agent, requests } = world(['Sunny.', 'You are welcome.']);
    const first = await agent.run('Oslo?');
    const second = await agent.run(withQuestion(first.state, 'Thanks!'));
    expect([second.text, second.done, requests[1]?.request.messages.length]).toEqual([
      'You are welcome.',
      'answered',
      3,
    ]);
  });

  it('is a separate run, with separate steps', async () => {
    const turns = Array.from({ length: 3 }, () => calls(['a', 'look']));
    const { agent } = world([...turns, 'Done.'], { tools: [plain('look', () => 'seen')], maxSteps: 3 });
    const first = await agent.run('go');
    const second = await agent.run(withQuestion(first.state, 'And now?'));
    expect([first.done, second.done, second.state.steps]).toEqual(['max-steps', 'answered', 1]);
    expect(second.state.runId).not.toBe(first.state.runId);
    expect(faultOf(second.messages)).toBeUndefined();
  });
});

describe('a state from a store', () => {
  let runs = 0;
  const tools = [plain('look', () => `seen ${++runs}`, { approval: true })];
  const paused = async (): Promise<Record<string, unknown>> => {
    const { agent } = world([calls(['a', 'look'], ['b', 'look'])], { tools });
    const { state } = await agent.run('go');
    return JSON.parse(JSON.stringify(state)) as Record<string, unknown>;
  };
  const decisions = [
    { callId: 'a', approve: true },
    { callId: 'b', deny: 'no' },
  ] as const;

  it.each(['done', 'runId', 'suspended', 'claims', 'by', 'offered', 'warnings'])(
    'that contains null instead of an absent %s continues',
    async (name) => {
      const state = { ...(await paused()), [name]: null } as never;
      const { agent } = world(['Done.'], { tools });
      const result = await agent.run(state, { decisions });
      expect([result.text, result.done, faultOf(result.messages)]).toEqual(['Done.', 'answered', undefined]);
    },
  );

  it('that contains null for unreported usage continues', async () => {
    const usage = { input: null, output: 3, cacheRead: null };
    const { agent } = world([{ text: 'Done.', usage: { ...UNKNOWN_USAGE, input: 1, output: 1 } }], { tools });
    const result = await agent.run({ ...(await paused()), usage } as never, { decisions });
    expect([result.usage.input, result.usage.output]).toEqual([1, 4]);
  });

  const call = { type: 'tool-call', id: 'ghost', name: 'look', args: {} };
  it.each<[string, (state: Record<string, unknown>) => unknown]>([
    ['state', () => null],
    ['state', () => 7],
    ['state.version', () => ({})],
    ['state.version', (state) => ({ ...state, version: 2 })],
    ['state.version', (state) => ({ ...state, version: '1' })],
    ['state.messages', (state) => ({ ...state, messages: undefined })],
    ['state.messages[0]', (state) => ({ ...state, messages: [null] })],
    ['state.messages[1]', (state) => ({ ...state, messages: [user('x'), { role: 'user' }] })],
    ['state.steps', (state) => ({ ...state, steps: -5 })],
    ['state.steps', (state) => ({ ...state, steps: '1' })],
    ['state.pending', (state) => ({ ...state, pending: null })],
    ['state.pending[0]', (state) => ({ ...state, pending: [7] })],
    ['state.pending[1]', (state) => ({ ...state, pending: [first(state), call] })],
    ['state.pending[1]', (state) => ({ ...state, pending: [first(state), first(state)] })],
    ['state.pending[0]', (state) => ({ ...state, pending: [{ ...first(state), args: { all: true } }] })],
    ['state.pending', (state) => ({ ...state, pending: [first(state)] })],
    ['state.pending[0]', (state) => ({ ...state, messages: [user('x')] })],
    ['state.results', (state) => ({ ...state, results: {} })],
    ['state.results[0]', (state) => ({ ...state, results: [{ callId: 'ghost' }] })],
    ['state.results[0]', (state) => ({ ...state, pending: [], results: [{ callId: 'a' }] })],
    ['state.decisions', (state) => ({ ...state, decisions: undefined })],
    ['state.decisions[0]', (state) => ({ ...state, decisions: [{ callId: 'ghost', approve: true }] })],
    ['state.suspended', (state) => ({ ...state, suspended: 1 })],
    ['state.suspended[0]', (state) => ({ ...state, suspended: [{ callId: 'ghost', payload: 1 }] })],
    ['state.usage', (state) => ({ ...state, usage: null })],
    ['state.usage.input', (state) => ({ ...state, usage: { input: '3' } })],
    ['state.claims', (state) => ({ ...state, claims: 'me' })],
    ['state.approvals', (state) => ({ ...state, approvals: [] })],
    ['state.done', (state) => ({ ...state, done: 'zzz' })],
  ])('that is invalid at %s is a config error before any tool runs', async (path, change) => {
    const { agent } = world(['Done.'], { tools });
    const state = change(await paused()) as never;
    runs = 0;
    await expect(agent.run(state, { decisions })).rejects.toMatchObject({
      kind: 'config',
      details: { path },
    });
    expect(runs).toBe(0);
  });

  it('that has a usage of another type names the type that it needs', async () => {
    const { agent } = world(['Done.'], { tools });
    const state = { ...(await paused()), usage: { input: '3' } } as never;
    await expect(agent.run(state, { decisions })).rejects.toThrow('state.usage.input: must be a number');
  });
});

const first = ({ pending }: Record<string, unknown>): object => (pending as readonly object[])[0] ?? {};
