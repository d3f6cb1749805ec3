import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider, type FakeClock, type Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { agentTool, createAgent, type Budget, type CostOf, type RunState, type Tool } from '../src/index.ts';
import { plain } from './support/tools.ts';
import { journaled } from '../src/durable.ts';
import { journalOver } from './support/journal.ts';
import { scripted, stored } from './support/scripted.ts';
import { call, runError, world } from './support/world.ts';
import { cost, usage } from './support/usage.ts';

const look = plain('look', () => 'seen');
const looking = (input: number): Turn => ({ toolCalls: [{ name: 'look', args: {} }], usage: usage(input) });
const answer = (input: number): Turn => ({ text: 'Done.', usage: usage(input) });

/** Tool that takes the time in its arguments, or 100 ms. */
const slow = (clock: FakeClock): Tool => ({
  ...look,
  run: ({ ms = 100 }: { readonly ms?: number }) =>
    new Promise((resolve) => clock.timer(ms, () => resolve('seen'))),
});

describe('a budget', () => {
  it('stops the run before the model call that follows the limit, with exact amounts', async () => {
    const budget = { maxUsd: '0.000000614' };
    const { agent, requests } = world([looking(100), looking(100), answer(1)], {
      tools: [look],
      cost,
      budget,
    });
    const { done, spent, state, awaiting } = await agent.run('go');
    expect([done, spent.nanoUsd, requests.length, awaiting]).toEqual(['budget', '614', 2, []]);
    expect(state).toMatchObject({ budget, spent: { nanoUsd: '614', tokens: 202 } });
  });

  it('permits a call if one nano-dollar is left', async () => {
    const budget = { maxUsd: '0.000000308' };
    const { agent } = world([looking(100), answer(10)], { tools: [look], cost, budget });
    expect(await agent.run('go')).toMatchObject({ done: 'answered', spent: { nanoUsd: '344' } });
  });

  it('counts amounts beyond the precision of a number', async () => {
    const large: CostOf = () => ({ nanoUsd: 9_007_199_254_740_993n, missing: [] });
    const budget = { maxUsd: '18014398.509481987' };
    const { agent } = world([looking(1), looking(1), answer(1)], { tools: [look], cost: large, budget });
    expect(await agent.run('go')).toMatchObject({
      done: 'answered',
      spent: { nanoUsd: '27021597764222979' },
    });
  });

  it('limits tokens, also of failed attempts', async () => {
    const fake = (id: string, turns: readonly Turn[]) => fakeProvider({ id, models: { m: turns } });
    const providers = [fake('f', [{ text: '', usage: usage(40) }]), fake('g', [looking(50), answer(1)])];
    const model = createMajordomo({ providers, chain: { attempts: 1 } }).model('f/m,g/m');
    const agent = createAgent({ model, tools: [look], cost, budget: { maxTokens: 92 } });
    const { done, spent } = await agent.run('go');
    expect([done, spent.tokens, spent.nanoUsd]).toEqual(['budget', 92, '284']);
  });

  it('limits the time of model calls and tools, without the time that a decision takes', async () => {
    const clock = fakeClock();
    const wait: Tool = {
      ...look,
      approval: true,
      run: () => new Promise((resolve) => clock.timer(300, () => resolve('seen'))),
    };
    const fake = fakeProvider({
      id: 'f',
      models: { m: [{ ...(looking(1) as object), delayMs: 200 }, answer(1)] },
      clock,
    });
    const model = createMajordomo({ providers: [fake], clock }).model('f/m');
    const agent = createAgent({ model, tools: [wait], clock, budget: { maxMs: 500 } });
    const paused = agent.run('go');
    await clock.advance(200);
    const { state, spent, awaiting } = await paused;
    expect(spent.ms).toBe(200);
    await clock.advance(86_400_000);
    const decisions = awaiting.map(({ id }) => ({ callId: id, approve: true }) as const);
    const continuedRun = agent.run(stored(state), { decisions });
    await clock.advance(300);
    expect(await continuedRun).toMatchObject({ done: 'budget', spent: { ms: 500 } });
  });

  it('counts parallel calls once, by the duration of the longest call', async () => {
    const clock = fakeClock();
    const toolCalls = [30, 50, 20].map((ms) => ({ name: 'look', args: { ms } }));
    const { agent } = world([{ toolCalls }, 'Done.'], {
      tools: [slow(clock)],
      parallelTools: true,
      clock,
      budget: { maxMs: 1000 },
    });
    const run = agent.run('go');
    await clock.advance(100);
    expect((await run).spent.ms).toBe(50);
  });

  it('counts the time in which parallel calls wait for `toolConcurrency`', async () => {
    const clock = fakeClock();
    const toolCalls = [1, 2, 3].map(() => ({ name: 'look', args: {} }));
    const { agent } = world([{ toolCalls }, 'Done.'], {
      tools: [slow(clock)],
      toolConcurrency: 2,
      clock,
      budget: { maxMs: 1000 },
    });
    const run = agent.run('go');
    await clock.advance(100);
    await clock.advance(100);
    expect((await run).spent.ms).toBe(200);
  });

  it('counts the time of each sub-agent on a journal, where they run one after another', async () => {
    const clock = fakeClock();
    const inner = scripted([looking(1), answer(1)], { tools: [slow(clock)], clock });
    const helper = agentTool({ name: 'helper', description: 'Helps', agent: inner.agent });
    const toolCalls = ['a', 'b'].map((id) => ({ id, name: 'helper', args: { task: 'look' } }));
    const { agent } = scripted([{ toolCalls }, 'Done.'], {
      tools: [helper],
      parallelTools: true,
      clock,
      budget: { maxMs: 1000 },
    });
    const journal = journalOver({ step: (_name, run) => run() });
    const run = agent.drive(agent.begin('go'), journaled(agent, journal));
    await clock.advance(100);
    await clock.advance(100);
    expect((await run).spent.ms).toBe(200);
  });

  it('that was raised continues the stored state, also with a new question', async () => {
    const { agent } = world([looking(100), looking(50), answer(10)], {
      tools: [look],
      cost,
      budget: { maxTokens: 101 },
    });
    const first = await agent.run('go');
    const continued = await agent.run(stored(first.state));
    expect([continued.done, continued.spent, continued.state.steps]).toEqual(['budget', first.spent, 1]);
    const second = await agent.run(stored(first.state), { budget: { maxTokens: 152 } });
    expect([second.done, second.spent.tokens, second.state.steps]).toEqual(['budget', 152, 2]);
    const state = { ...second.state, messages: [...second.messages, user('Hurry')] };
    const third = await agent.run(stored(state), { budget: { maxTokens: 1000 } });
    expect([third.done, third.spent.tokens, third.state.steps]).toEqual(['answered', 163, 3]);
  });

  it('of a run replaces the one of the agent, and ends with the run', async () => {
    const { agent } = world([answer(5), answer(5)], { cost, budget: { maxTokens: 0 } });
    const { state, done } = await agent.run('go', { budget: { maxTokens: 10 } });
    expect([done, state.budget]).toEqual(['answered', { maxTokens: 10 }]);
    const followUp = await agent.run({ ...state, messages: [...state.messages, user('And?')] });
    expect([followUp.done, followUp.state.budget, followUp.spent.tokens]).toEqual([
      'budget',
      { maxTokens: 0 },
      0,
    ]);
  });

  it('is part of the state that `begin` returns, and applies to `drive`', async () => {
    const { agent } = world([answer(5)], { budget: { maxTokens: 0 } });
    expect(agent.begin('go').budget).toEqual({ maxTokens: 0 });
    expect(agent.begin('go', { budget: { maxMs: 1 } }).budget).toEqual({ maxMs: 1 });
    const { budget: _, ...state } = agent.begin('go');
    const effects = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const result = await agent.drive(state, { ...effects, decisions: async () => [] });
    expect([result.done, result.state.budget]).toEqual(['budget', { maxTokens: 0 }]);
  });

  it('is absent by default, and the spent tokens are reported', async () => {
    const { agent } = world([looking(10), answer(20)], { tools: [look] });
    const { spent, state } = await agent.run('go');
    expect([spent, state.spent, state.budget]).toEqual([
      { nanoUsd: '0', tokens: 32, ms: 0 },
      undefined,
      undefined,
    ]);
  });
});

it('a budget counts the tokens that a tool has reported before an abort', async () => {
  const controller = new AbortController();
  const run: Tool['run'] = (_args, { spend }) => {
    spend(usage(40));
    controller.abort();
    return new Promise(() => undefined);
  };
  const { agent } = world([looking(10)], { tools: [{ ...look, run }], budget: { maxTokens: 1000 } });
  const { kind, state } = await runError(agent.run('go', { signal: controller.signal }));
  expect([kind, state.usage.input, state.spent?.tokens]).toEqual(['aborted', 50, 52]);
});

describe('the cost of a run', () => {
  const unknown: CostOf = () => ({ nanoUsd: undefined, basis: 'unknown', missing: ['f/m: no price'] });

  it('that is unknown ends a run with maxUsd, and names the target and the reason', async () => {
    const { agent, requests } = world([looking(10), answer(20)], {
      tools: [look],
      cost: unknown,
      budget: { maxUsd: '1' },
    });
    const error = await runError(agent.run('go'));
    expect([error.kind, requests.length, error.state.spent?.tokens]).toEqual(['config', 1, 11]);
    expect(error.message).toContain('f/m: the cost of this call is unknown: f/m: no price');
  });

  it('that is unknown is a warning without maxUsd', async () => {
    const { agent } = world([answer(20)], { cost: unknown });
    const { spent, state } = await agent.run('go');
    expect([spent.nanoUsd, state.warnings?.map(({ what }) => what)]).toEqual(['0', ['cost']]);
  });

  it('that is unknown is a warning of a run on a journal', async () => {
    const { agent } = world([answer(20)], { cost: unknown });
    const journal = journalOver({ step: (_name, run) => run() });
    const { state } = await agent.drive(agent.begin('go'), journaled(agent, journal));
    expect(state.warnings?.map(({ what }) => what)).toEqual(['cost']);
  });

  it('that a plan includes is zero', async () => {
    const included: CostOf = () => ({ nanoUsd: undefined, basis: 'included', missing: [] });
    const { agent } = world([answer(20)], { cost: included, budget: { maxUsd: '1' } });
    expect(await agent.run('go')).toMatchObject({ done: 'answered', spent: { nanoUsd: '0', tokens: 21 } });
  });

  it('includes the model call that ended the run', async () => {
    const { agent } = world([looking(10), { text: '', finish: 'length', usage: usage(20) }], {
      tools: [look],
      cost,
    });
    const result = await agent.run('go').catch((error: unknown) => error as { readonly state: RunState });
    expect(result.state.spent).toMatchObject({ nanoUsd: '104', tokens: 32 });
  });

  it('ends the run with a config error if its function rejects', async () => {
    const { agent } = world([answer(20)], { cost: () => Promise.reject(new Error('no catalog')) });
    await expect(agent.run('go')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('no catalog') as string,
    });
  });

  it.each(['rejects', 'is aborted', 'exceeds totalMs'])(
    'that %s keeps the usage of the answer',
    async (how) => {
      const controller = new AbortController();
      const clock = fakeClock();
      const failing: CostOf = () => {
        if (how === 'rejects') throw new Error('no catalog');
        if (how === 'is aborted') controller.abort();
        else void clock.advance(100);
        return new Promise(() => undefined);
      };
      const { agent, requests } = world([answer(20)], { cost: failing, clock }, { clock });
      const { signal } = controller;
      const error = await runError(agent.run('go', { signal, timeouts: { totalMs: 100 } }));
      expect([
        error.kind,
        error.details.attempts.map((one) => one.usage?.input),
        error.partial?.text,
      ]).toEqual([
        { rejects: 'config', 'is aborted': 'aborted', 'exceeds totalMs': 'timeout' }[how],
        [20],
        'Done.',
      ]);
      expect([error.state.spent?.tokens, error.state.usage.input, requests.length]).toEqual([21, 20, 1]);
    },
  );
});

describe('a sub-agent', () => {
  const delegate = (agent: Parameters<typeof agentTool>[0]['agent']): Tool =>
    agentTool({ name: 'helper', description: 'Helps', agent });
  const delegation: Turn = { toolCalls: [{ name: 'helper', args: { task: 'look' } }], usage: usage(1) };

  it('shares the budget and the cost function, and is counted once', async () => {
    const inner = world([looking(10), looking(10), answer(1)], { tools: [look] });
    const budget: Budget = { maxUsd: '0.000000080' };
    const { agent, requests } = world([delegation, 'never'], {
      tools: [delegate(inner.agent)],
      cost,
      budget,
    });
    const { done, spent, usage: total } = await agent.run('go');
    expect([done, spent.nanoUsd, spent.tokens, total.input]).toEqual(['budget', '84', 24, 21]);
    expect([requests.length, inner.requests.length]).toEqual([1, 2]);
  });

  it('can have a lower limit of its own', async () => {
    const inner = world([looking(10), answer(10)], { tools: [look], budget: { maxTokens: 5 } });
    const { agent } = world([delegation, answer(1)], {
      tools: [delegate(inner.agent)],
      budget: { maxTokens: 1000 },
    });
    const { done, spent } = await agent.run('go');
    expect([done, spent.tokens, inner.requests.length]).toEqual(['answered', 15, 1]);
  });

  it('that fails adds its usage to the run', async () => {
    const inner = world([looking(10), { fail: 'auth' }], { tools: [look] });
    const { agent } = world([delegation, answer(1)], { tools: [delegate(inner.agent)], cost });
    expect((await agent.run('go')).spent).toMatchObject({ nanoUsd: '57', tokens: 15 });
  });
});

const config = (path: string): Error =>
  expect.objectContaining({ kind: 'config', details: expect.objectContaining({ path }) as object }) as Error;

describe('an invalid budget is a config error with its path, before a model call', () => {
  const invalidBudgets: readonly (readonly [string, unknown])[] = [
    ['budget', 5],
    ['budget', null],
    ['budget', []],
    ['budget.maxUsd', { maxUsd: 0.5 }],
    ['budget.maxUsd', { maxUsd: '1e3' }],
    ['budget.maxUsd', { maxUsd: '-1' }],
    ['budget.maxUsd', { maxUsd: '0.0000000001' }],
    ['budget.maxTokens', { maxTokens: -1 }],
    ['budget.maxTokens', { maxTokens: '5' }],
    ['budget.maxMs', { maxMs: Infinity }],
    ['budget.maxMs', { maxMs: NaN }],
    ['budget.maxCents', { maxCents: 5 }],
  ];

  it.each(invalidBudgets)('%s of %j', async (path, budget) => {
    const { agent, requests } = world(['hi'], { cost });
    const expected = config(path);
    await expect(agent.run('go', { budget: budget as never })).rejects.toEqual(expected);
    expect(() => world(['hi'], { cost, budget: budget as never })).toThrow(expected);
    const state = { ...agent.begin('go'), budget };
    if (budget !== null)
      await expect(agent.run(state as never)).rejects.toMatchObject({ details: { path: `state.${path}` } });
    expect(requests).toHaveLength(0);
  });

  it('maxUsd, with an example of a valid value', async () => {
    const { agent } = world(['hi'], { cost });
    const run = agent.run('go', { budget: { maxUsd: '1e3' } });
    await expect(run).rejects.toThrow(
      "budget.maxUsd must be a string with a decimal number of at most nine decimals, such as '0.50'",
    );
  });

  it.each([{}, { nanoUsd: 5, tokens: 0, ms: 0 }, { nanoUsd: '1', tokens: -1, ms: 0 }, 'all'])(
    'state.spent of %j',
    async (spent) => {
      const { agent } = world(['hi']);
      const state = { ...agent.begin('go'), spent };
      await expect(agent.run(state as never)).rejects.toMatchObject({
        kind: 'config',
        details: { path: 'state.spent' },
      });
    },
  );

  it('maxUsd without cost', async () => {
    const { agent, requests } = world(['hi']);
    const expected = config('budget.maxUsd');
    await expect(agent.run('go', { budget: { maxUsd: '1' } })).rejects.toEqual(expected);
    expect(() => world(['hi'], { budget: { maxUsd: '1' } })).toThrow(expected);
    const effects = agent.effects({ runId: 'r', signal: new AbortController().signal });
    const state = agent.begin('go', { budget: { maxUsd: '1' } });
    await expect(agent.drive(state, { ...effects, decisions: async () => [] })).rejects.toMatchObject({
      kind: 'config',
    });
    expect(requests).toHaveLength(0);
  });
});

it('a budget stop is not reported as a failed model call', async () => {
  const { agent } = world([call('look'), 'Done.'], { tools: [look], budget: { maxTokens: 0 } });
  expect(await agent.run('go')).toMatchObject({ done: 'budget', text: '' });
});
