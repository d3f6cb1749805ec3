import { memoryRecords } from '@majordomo/records';
import type { Turn } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import {
  agentTool,
  suspend,
  type Agent,
  type Decision,
  type RunOptions,
  type RunState,
  type Tool,
} from '../src/index.ts';
import { replayedInEngine } from './support/replayed.ts';
import { scripted, stored } from './support/scripted.ts';
import { plain } from './support/tools.ts';
import { cost, usage } from './support/usage.ts';
import { faultOf, resultTexts, runError, world, type World } from './support/world.ts';

const toolTurn = (...idsAndNames: readonly (readonly [id: string, name: string, args?: object])[]): Turn => ({
  toolCalls: idsAndNames.map(([id, name, args = {}]) => ({ id, name, args: args as never })),
  usage: usage(10),
});
const helperCalls = (...ids: readonly string[]): Turn =>
  toolTurn(...ids.map((id) => [id, 'helper', { task: `do ${id}` }] as const));
const done = (text = 'Done.'): Turn => ({ text, usage: usage(1) });
const helper = (agent: Pick<Agent, 'run'>): Tool =>
  agentTool({ name: 'helper', description: 'Helps', agent });

/** Returns a payment tool that needs approval, and the keys and amounts of its calls. */
function payment(options: Partial<Tool> = {}): { readonly pay: Tool; readonly paid: string[] } {
  const paid: string[] = [];
  const pay: Tool = {
    name: 'pay',
    description: 'Pays',
    parameters: { type: 'object', properties: { cents: { type: 'number' } } },
    approval: true,
    run: (args: { readonly cents?: number }, { key }) => {
      paid.push(`${key} ${args.cents ?? 0}`);
      return `paid ${args.cents ?? 0}`;
    },
    ...options,
  };
  return { pay, paid };
}

const approve = (callId: string): Decision => ({ callId, approve: true });
const idsOf = ({ awaiting }: { readonly awaiting: readonly { readonly id: string }[] }): string[] =>
  awaiting.map(({ id }) => id);

/** Returns an agent whose payment tool is `levels` sub-agents below. Each agent calls the next one with the call `c<level>`. */
function nestedAgents(
  levels: number,
  tool: Tool,
): { readonly agent: Agent; readonly worlds: readonly World[] } {
  let below = scripted([toolTurn(['p1', 'pay', { cents: 5 }]), done('Paid.')], { tools: [tool] });
  const worlds = [below];
  for (let level = levels; level > 0; level--) {
    below = scripted([helperCalls(`c${level}`), done(`Done ${level}.`)], { tools: [helper(below.agent)] });
    worlds.unshift(below);
  }
  return { agent: below.agent, worlds };
}

describe.each([1, 2, 3])('a call that waits %i levels below', (levels) => {
  const path = [...Array.from({ length: levels }, (_, n) => `c${n + 1}`), 'p1'].join('/');

  it('pauses the complete run, which another process continues without repeating a model call', async () => {
    const first = payment();
    const { agent, worlds } = nestedAgents(levels, first.pay);
    const paused = await agent.run('go', { runId: 'r' });
    expect(paused).toMatchObject({
      done: undefined,
      awaiting: [{ id: path, name: 'pay', args: { cents: 5 } }],
    });
    const second = payment();
    const other = nestedAgents(levels, second.pay);
    const result = await other.agent.run(stored(paused.state), { decisions: [approve(path)] });
    expect([result.done, result.text, result.awaiting]).toEqual(['answered', 'Done 1.', []]);
    const keys = ['r/1/c1', ...Array.from({ length: levels - 1 }, (_, n) => `1/c${n + 2}`), '1/p1'];
    expect([first.paid, second.paid]).toEqual([[], [`${keys.join('/')} 5`]]);
    expect(worlds.map(({ requests }) => requests.length)).toEqual(worlds.map(() => 1));
    expect(other.worlds.map(({ requests }) => requests.length)).toEqual(worlds.map(() => 1));
    expect(result.usage.input).toBe(11 * (levels + 1));
    expect(result.state.runs).toBeUndefined();
  });

  it('can be denied, and decided arguments are checked', async () => {
    const { pay, paid } = payment();
    const { agent, worlds } = nestedAgents(levels, pay);
    const { state } = await agent.run('go');
    const args = { cents: 'five' } as never;
    await expect(
      agent.run(state, { decisions: [{ callId: path, approve: true, args }] }),
    ).rejects.toMatchObject({ kind: 'invalid-request', details: { path: 'decisions[0].args' } });
    const changed = await agent.run(state, {
      decisions: [{ callId: path, approve: true, args: { cents: 7 } }],
    });
    expect([changed.done, paid.length, paid[0]?.endsWith(' 7')]).toEqual(['answered', 1, true]);
    const denied = await agent.run(state, { decisions: [{ callId: path, deny: 'too much' }] });
    expect([denied.done, paid.length]).toEqual(['answered', 1]);
    expect(JSON.stringify(worlds.at(-1)?.requests.at(-1)?.request.messages)).toContain('too much');
  });

  it('waits for the result of a suspended tool', async () => {
    const { pay } = payment({ approval: false, run: () => suspend({ form: 7 }) });
    const { agent } = nestedAgents(levels, pay);
    const { state, awaiting } = await agent.run('go');
    expect(awaiting.map(({ id }) => id)).toEqual([path]);
    await expect(agent.run(state, { decisions: [approve(path)] })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining(`"${path}"`) as string,
    });
    const result = await agent.run(stored(state), { decisions: [{ callId: path, result: '42' }] });
    expect([result.done, result.text]).toEqual(['answered', 'Done 1.']);
  });

  it('is aborted with the run, whose transcript is valid and whose usage is counted once', async () => {
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const { pay } = payment({
      run: (_args, { signal }) => {
        signals.push(signal);
        controller.abort('enough');
        return new Promise(() => undefined);
      },
    });
    const { agent } = nestedAgents(levels, pay);
    const { state } = await agent.run('go', { budget: { maxTokens: 1000 } });
    const resumed = agent.run(stored(state), { decisions: [approve(path)], signal: controller.signal });
    const error = await runError(resumed);
    expect([error.cause.kind, signals.map(({ aborted }) => aborted)]).toEqual(['aborted', [true]]);
    expect([faultOf(error.state.messages), error.state.pending, error.state.runs]).toEqual([
      undefined,
      [],
      undefined,
    ]);
    expect([error.state.usage.input, error.state.spent?.tokens]).toEqual([
      10 * (levels + 1),
      11 * (levels + 1),
    ]);
  });

  it('is replayed from a journal after every entry, and its decision is requested once', async () => {
    const { pay, paid } = payment();
    const { agent, worlds } = nestedAgents(levels, pay);
    const decisionIds: string[] = [];
    const reported: string[][] = [];
    const { value, entries } = await replayedInEngine(
      agent,
      ({ id }) => {
        decisionIds.push(id);
        return approve(id);
      },
      async (waiting) => void reported.push(waiting.map(({ call }) => call.id)),
    );
    expect([value.done, value.text, value.usage.input]).toEqual(['answered', 'Done 1.', 11 * (levels + 1)]);
    expect([decisionIds, paid.length]).toEqual([[path], 1]);
    expect(reported[0]).toEqual([path]);
    expect(worlds.map(({ requests }) => requests.length)).toEqual(worlds.map(() => 2));
    expect(entries).toContain('tool r/1/c1');
    expect(entries).toContain('r/1/c1 ask 1');
  });
});

describe('two sub-agents of one turn', () => {
  function team(options: Partial<Parameters<typeof scripted>[1]> = {}) {
    const { pay, paid } = payment();
    const inner = scripted(
      [toolTurn(['p1', 'pay', { cents: 1 }], ['p2', 'pay', { cents: 2 }]), done('Paid.')],
      {
        tools: [pay],
      },
    );
    const outer = scripted([helperCalls('a', 'b'), done('Both.')], {
      tools: [helper(inner.agent)],
      ...options,
    });
    return { inner, outer, paid };
  }

  it.each([false, true])(
    'wait together, and accept single decisions in any order, parallel: %s',
    async (parallelTools) => {
      const { inner, outer, paid } = team({ parallelTools });
      let result = await outer.agent.run('go', { runId: 'r' });
      const all = ['a/p1', 'a/p2', 'b/p1', 'b/p2'];
      expect(idsOf(result)).toEqual(all);
      for (const [at, id] of ['b/p2', 'a/p1', 'b/p1', 'a/p2'].entries()) {
        expect(result.done).toBeUndefined();
        result = await outer.agent.run(stored(result.state), { decisions: [approve(id)] });
        expect([idsOf(result).length, paid.length]).toEqual([3 - at, at + 1]);
      }
      expect([result.done, result.text, resultTexts(result.messages)]).toEqual([
        'answered',
        'Both.',
        ['Paid.', 'Paid.'],
      ]);
      expect([inner.requests.length, outer.requests.length, result.usage.input]).toEqual([4, 2, 33]);
      expect(paid).toEqual(['r/1/b/1/p2 2', 'r/1/a/1/p1 1', 'r/1/b/1/p1 1', 'r/1/a/1/p2 2']);
    },
  );

  it('accept all decisions at once', async () => {
    const { outer, paid } = team();
    const { state } = await outer.agent.run('go');
    const decisions: Decision[] = [
      approve('a/p1'),
      { callId: 'a/p2', deny: 'no' },
      { callId: 'b/p1', result: 'paid in cash' },
      approve('b/p2'),
    ];
    const result = await outer.agent.run(state, { decisions });
    expect([result.done, paid.length]).toEqual(['answered', 2]);
  });

  it('end with a decision on the call of the agent tool', async () => {
    const { outer, inner, paid } = team();
    const { state } = await outer.agent.run('go');
    const decisions: Decision[] = [
      { callId: 'a', deny: 'stop it' },
      { callId: 'b', result: 'I did it' },
    ];
    const result = await outer.agent.run(stored(state), { decisions });
    expect([result.done, resultTexts(result.messages)]).toEqual([
      'answered',
      ['!The call was denied: stop it', 'I did it'],
    ]);
    expect([paid, inner.requests.length, result.usage.input, result.state.runs]).toEqual([
      [],
      2,
      31,
      undefined,
    ]);
  });

  it('reject decisions on calls that do not wait, with the path', async () => {
    const { outer } = team();
    const { state } = await outer.agent.run('go');
    for (const callId of ['a/p3', 'c/p1', 'a/', 'a/p1/x', 'p1'])
      await expect(outer.agent.run(state, { decisions: [approve(callId)] })).rejects.toMatchObject({
        kind: 'invalid-request',
        message: expect.stringContaining(`"${callId}"`) as string,
      });
    await expect(outer.agent.run(state, { decisions: [approve('a')] })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: 'decisions[0]: the sub-agent of "a" waits; decide on "a/p1", "a/p2", or deny "a"',
    });
  });

  it('run one after another on a journal', async () => {
    const { outer, inner, paid } = team({ parallelTools: true });
    const { value } = await replayedInEngine(outer.agent);
    expect([value.text, inner.requests.length]).toEqual(['Both.', 4]);
    expect(paid.map((key) => key.slice(0, 5))).toEqual(['r/1/a', 'r/1/a', 'r/1/b', 'r/1/b']);
  });
});

describe('an agent tool', () => {
  it('that needs approval is approved once, and decided arguments reach its agent', async () => {
    const { pay, paid } = payment();
    const inner = scripted([toolTurn(['p1', 'pay']), done('Paid.')], { tools: [pay] });
    const outer = scripted([helperCalls('c1'), done()], {
      tools: [{ ...helper(inner.agent), approval: true }],
    });
    const first = await outer.agent.run('go');
    expect(idsOf(first)).toEqual(['c1']);
    const args = { task: 'something else' };
    const second = await outer.agent.run(stored(first.state), {
      decisions: [{ ...approve('c1'), args }],
    });
    expect(idsOf(second)).toEqual(['c1/p1']);
    const third = await outer.agent.run(stored(second.state), { decisions: [approve('c1/p1')] });
    expect([third.done, paid.length]).toEqual(['answered', 1]);
    expect(JSON.stringify(inner.requests[0]?.request.messages)).toContain('something else');
  });

  it('with a wrapper around its `run` waits as well', async () => {
    const { pay, paid } = payment();
    const inner = scripted([toolTurn(['p1', 'pay']), done('Paid.')], { tools: [pay] });
    const tool = helper(inner.agent);
    const wrapped: Tool = { ...tool, run: (args, context) => tool.run(args, context) };
    const outer = scripted([helperCalls('c1'), done()], { tools: [wrapped] });
    const { state } = await outer.agent.run('go');
    const result = await outer.agent.run(stored(state), { decisions: [approve('c1/p1')] });
    expect([result.done, paid.length]).toEqual(['answered', 1]);
  });

  it('of an agent with records passes them on', async () => {
    const { pay, paid } = payment({ effect: 'once' });
    const agents = () => nestedAgents(1, pay).agent;
    const { state } = await agents().run('go', { runId: 'r' });
    const decisions = [approve('c1/p1')];
    await expect(agents().run(stored(state), { decisions })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'records' },
    });
    const records = memoryRecords();
    const both = await Promise.all([0, 1].map(() => agents().run(stored(state), { decisions, records })));
    const keys = (await records.list('claims', { limit: 9 })).map(({ key }) => key);
    expect([paid.length, both.map((result) => result.done), keys]).toEqual([
      1,
      ['answered', undefined],
      ['r/1/c1/1/p1'],
    ]);
    const [, lost] = both;
    expect(lost?.unknown).toMatchObject([{ id: 'c1/p1', name: 'pay', key: 'r/1/c1/1/p1' }]);

    const settle = (decision: Decision) =>
      agents().run(stored(lost!.state), { decisions: [decision], records });
    const drop = { kind: 'invalid-request', message: expect.stringContaining('settle it first') as string };
    await expect(settle({ callId: 'c1', deny: 'no' })).rejects.toMatchObject(drop);
    const ended = await settle({ callId: 'c1/p1', result: 'paid, receipt 7' });
    expect([ended.done, paid.length]).toEqual(['answered', 1]);
    const again = await settle({ callId: 'c1/p1', notDone: true });
    expect([idsOf(again), again.unknown, paid.length]).toEqual([['c1/p1'], [], 1]);
    const paidAgain = await agents().run(stored(again.state), { decisions, records });
    expect([paidAgain.done, paid.length]).toEqual(['answered', 2]);
  });

  it('of an agent with records is not denied if another process has started its call', async () => {
    const { pay, paid } = payment({ effect: 'once' });
    const agents = () => nestedAgents(1, pay).agent;
    const { state } = await agents().run('go', { runId: 'r' });
    const records = memoryRecords();
    await agents().run(stored(state), { decisions: [approve('c1/p1')], records });
    for (const callId of ['c1/p1', 'c1']) {
      const result = await agents().run(stored(state), { decisions: [{ callId, deny: 'no' }], records });
      expect([result.done, result.unknown.map(({ id }) => id)]).toEqual([undefined, ['c1/p1']]);
    }
    expect(paid).toHaveLength(1);
  });

  it('does not restart a `once` call of the agent tool that has waited', async () => {
    const { pay, paid } = payment();
    const inner = scripted([toolTurn(['p1', 'pay']), done('Paid.')], { tools: [pay] });
    const tool: Tool = { ...helper(inner.agent), effect: 'once' };
    const outer = scripted([helperCalls('c1'), done()], { tools: [tool] });
    const { state } = await outer.agent.run('go');
    const result = await outer.agent.run(state, { decisions: [approve('c1/p1')] });
    expect([resultTexts(result.messages), paid.length]).toEqual([['Paid.'], 1]);
  });

  it('does not report the end of the tool until the agent has answered', async () => {
    const { agent } = nestedAgents(1, payment().pay);
    const ends: string[] = [];
    const options: RunOptions = { onToolEnd: ({ call: { id } }) => void ends.push(id) };
    const { state } = await agent.run('go', options);
    expect(ends).toEqual([]);
    await agent.run(state, { ...options, decisions: [approve('c1/p1')] });
    expect(ends).toEqual(['c1']);
  });
});

describe('the budget of a run with a sub-agent that waits', () => {
  it('counts each call once, and a continued sub-agent uses the remaining budget', async () => {
    const { pay } = payment();
    const agents = () => {
      const inner = scripted([toolTurn(['p1', 'pay']), toolTurn(['p2', 'pay']), done('Paid.')], {
        tools: [pay],
      });
      return { inner, outer: scripted([helperCalls('c1'), done()], { tools: [helper(inner.agent)], cost }) };
    };
    const { outer, inner } = agents();
    const first = await outer.agent.run('go', { budget: { maxUsd: '0.000000100' } });
    expect(first.spent).toMatchObject({ nanoUsd: '74', tokens: 22 });
    const second = await outer.agent.run(stored(first.state), { decisions: [approve('c1/p1')] });
    expect([second.spent.nanoUsd, idsOf(second)]).toEqual(['111', ['c1/p2']]);
    const stopped = await outer.agent.run(stored(second.state), { decisions: [approve('c1/p2')] });
    expect([stopped.done, stopped.spent.nanoUsd, inner.requests.length]).toEqual(['budget', '111', 2]);
    expect(resultTexts(stopped.messages)).toEqual([
      '!The tool failed: the agent stopped without an answer (budget): ',
    ]);
    const raised = await agents().outer.agent.run(stored(second.state), {
      decisions: [approve('c1/p2')],
      budget: { maxUsd: '1' },
    });
    expect([raised.done, raised.spent.nanoUsd, raised.usage.input]).toEqual(['answered', '131', 32]);
  });
});

describe('a state with invalid runs is a config error with the path', () => {
  it.each<[string, (runs: Readonly<Record<string, RunState>>) => unknown]>([
    ['state.runs', () => []],
    ['state.runs.x', ({ c1 }) => ({ x: c1 })],
    ['state.runs.c1', () => ({ c1: 5 })],
    ['state.runs.c1.version', ({ c1 }) => ({ c1: { ...c1, version: 2 } })],
    ['state.runs.c1.messages[0]', ({ c1 }) => ({ c1: { ...c1, messages: [5] } })],
    ['state.runs.c1.pending', ({ c1 }) => ({ c1: { ...c1, pending: 'p1' } })],
    ['state.runs.c1.budget', ({ c1 }) => ({ c1: { ...c1, budget: 5 } })],
  ])('%s', async (path, change) => {
    const { agent } = nestedAgents(1, payment().pay);
    const { state } = await agent.run('go');
    await expect(agent.run({ ...state, runs: change(state.runs ?? {}) } as never)).rejects.toMatchObject({
      kind: 'config',
      details: { path },
    });
  });
});

it('toolConcurrency also limits sub-agents', async () => {
  let [running, maxRunning] = [0, 0];
  const slow = plain('pay', async () => {
    maxRunning = Math.max(maxRunning, ++running);
    for (let tick = 0; tick < 20; tick++) await Promise.resolve();
    running--;
    return 'paid';
  });
  const inner = scripted([toolTurn(['p1', 'pay']), done('Paid.')], { tools: [slow] });
  const ids = ['a', 'b', 'c', 'd', 'e'];
  const { agent } = scripted([helperCalls(...ids), done()], {
    tools: [helper(inner.agent)],
    toolConcurrency: 2,
  });
  const { messages } = await agent.run('go');
  expect([maxRunning, resultTexts(messages)]).toEqual([2, ids.map(() => 'Paid.')]);
});

it('a model error of a sub-agent is an error result of the agent tool on a journal', async () => {
  const inner = world([toolTurn(['p1', 'pay']), { fail: 'auth' }], {
    tools: [payment({ approval: false }).pay],
  });
  const { agent } = scripted([helperCalls('c1'), done()], { tools: [helper(inner.agent)], cost });
  const { value } = await replayedInEngine(agent);
  const { messages, usage: total, spent } = value;
  expect(resultTexts(messages)).toEqual([
    expect.stringContaining('!The tool failed: the run ended in step 2'),
  ]);
  expect([total.input, spent.nanoUsd]).toEqual([21, '84']);
});
