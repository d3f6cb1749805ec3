import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromJson, toJson } from '@majordomo/core';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock, type Turn } from '@majordomo/testing';
import { testFolder } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import {
  agentTool,
  type Agent,
  type AgentOptions,
  type Decision,
  type RunResult,
  type RunState,
  type RunError,
  type Tool,
} from '../src/index.ts';
import { claimCall } from '../src/state/claims.ts';
import { decided } from '../src/steps.ts';
import { counting, plain } from './support/tools.ts';
import { calls, read, resultTexts, runError, world } from './support/world.ts';

/** Returns the results of a run, and the keys of the calls whose results are unknown. */
const outcomes = ({ messages, unknown }: RunResult): readonly string[] => [
  ...resultTexts(messages),
  ...unknown.map(({ key }) => `unknown ${key}`),
];
const approve: readonly Decision[] = [{ callId: '1', approve: true }];

/** Returns agents of several processes for one payment that waits for approval, and a function that loads the stored state. */
async function stored(options: { readonly runId?: string } = {}) {
  const pay = counting('pay', 'once');
  const tool = { ...pay.tool, approval: true };
  const make = (): Agent => world([calls(['1', 'pay']), 'Done.', 'Done.'], { tools: [tool] }).agent;
  const agent = make();
  const json = JSON.stringify(toJson((await agent.run('Pay', options)).state));
  /** Returns an agent of another process. Its model continues after the call. */
  const otherProcess = (): Agent => world(['Done.'], { tools: [tool] }).agent;
  return { agent, otherProcess, pay, load: () => fromJson<RunState>(JSON.parse(json)) };
}

/** Returns records in memory with a list of the claimed keys. */
function claims(): RecordStore & { readonly keys: readonly string[] } {
  const records = memoryRecords();
  const keys: string[] = [];
  return {
    ...records,
    keys,
    async write(space, changes) {
      const versions = await records.write(space, changes);
      if (versions !== undefined) keys.push(...changes.map(({ key }) => key));
      return versions;
    },
  };
}

/** Returns a store whose writes have another result. */
const failing = (write: RecordStore['write']): RecordStore => ({ ...memoryRecords(), write });

describe('a run that fails', () => {
  it('shows a once call that an abort interrupted as unknown, and does not ask the model about it', async () => {
    const controller = new AbortController();
    const keys: string[] = [];
    const run: Tool['run'] = (_args, { key }) => {
      keys.push(key);
      controller.abort();
      return new Promise(() => undefined);
    };
    const pay = plain('pay', run, { effect: 'once' });
    const { agent } = world([calls(['1', 'pay'], ['2', 'quick']), 'Done.'], {
      tools: [pay, plain('quick', () => 'ok')],
    });
    const { state } = await runError(agent.run('Pay', { runId: 'r', signal: controller.signal }));
    const waiting = await agent.run(state);
    expect([waiting.done, waiting.unknown]).toMatchObject([undefined, [{ id: '1', key: 'r/1/1' }]]);
    const settled = await agent.run(state, { decisions: [{ callId: '1', result: 'paid' }] });
    expect([settled.done, resultTexts(settled.messages)[0], keys]).toEqual(['answered', 'paid', ['r/1/1']]);
  });

  it.each(['before', 'after'] as const)(
    'keeps calls that another process may have started when the store fails %s a claim',
    async (fault) => {
      const pay = counting('pay', 'once');
      const tools = [{ ...pay.tool, approval: true }];
      const turn = calls(['1', 'pay'], ['2', 'pay'], ['3', 'pay']);
      const first = await world([turn], { tools }).agent.run('Pay', { runId: 'r' });
      const records = claims();
      const cut = failing(async (space, changes) => {
        const isCut = changes[0]?.key === 'r/1/2';
        const versions = isCut && fault === 'before' ? undefined : await records.write(space, changes);
        if (isCut) throw new Error('the connection was cut');
        return versions;
      });
      // Another process has claimed the first call.
      await claimCall(records, 'r/1/1');
      const decisions = ['1', '2'].map((callId) => ({ callId, approve: true }) as const);
      const { agent } = world(['Done.'], { tools });
      const failed = await agent
        .run(first.state, { decisions, records: cut })
        .catch((error: unknown) => error);
      const { state } = failed as RunError;
      const next = await agent.run(state, { records });
      expect(next.unknown.map(({ key }) => key)).toEqual(['r/1/1', 'r/1/2']);
      expect(next.awaiting.map(({ id }) => id)).toEqual(['1', '2', '3']);
      expect([pay.keys, records.keys]).toEqual([[], fault === 'after' ? ['r/1/1', 'r/1/2'] : ['r/1/1']]);
    },
  );

  it('keeps a sub-agent with a once call that an abort interrupted', async () => {
    const controller = new AbortController();
    const run: Tool['run'] = () => {
      controller.abort();
      return new Promise(() => undefined);
    };
    const pay = plain('pay', run, { effect: 'once' });
    const inner = world([calls(['x', 'pay']), 'Paid.'], { tools: [pay] }).agent;
    const sub = agentTool({ name: 'sub', description: 'Pays', agent: inner });
    const task: Turn = { toolCalls: [{ id: 's', name: 'sub', args: { task: 'pay' } }] };
    const { agent } = world([task, 'Done.'], { tools: [sub] });
    const { state } = await agent
      .run('Pay', { runId: 'r', signal: controller.signal })
      .catch((error: unknown) => error as RunError);
    const waiting = await agent.run(state);
    expect(waiting.unknown).toMatchObject([{ id: 's/x', key: 'r/1/s/1/x' }]);
    const settled = await agent.run(state, { decisions: [{ callId: 's/x', result: 'paid' }] });
    expect([settled.done, resultTexts(settled.messages)]).toEqual(['answered', ['Paid.']]);
  });
});

describe('without records', () => {
  it('rejects a once call in a state of another process, and names the remedy', async () => {
    const { otherProcess, pay, load } = await stored();
    const refused = {
      kind: 'config',
      message: expect.stringMatching(/^records: .*"pay".*; pass `records`/) as string,
      details: { path: 'records' },
    };
    await expect(otherProcess().run(load(), { decisions: approve })).rejects.toMatchObject(refused);
    await expect(read(otherProcess().stream(load(), { decisions: approve }))).rejects.toMatchObject(refused);
    expect(pay.keys).toEqual([]);
  });

  it('rejects the denial of a once call, which the other process may have started', async () => {
    const { otherProcess, load } = await stored();
    const denial = otherProcess().run(load(), { decisions: [{ callId: '1', deny: 'no' }] });
    await expect(denial).rejects.toMatchObject({ kind: 'config', details: { path: 'records' } });
  });

  it.each<[string, readonly Decision[], readonly string[]]>([
    ['answered', [{ callId: '1', result: 'paid by hand' }], ['paid by hand']],
    ['not decided', [], []],
  ])('continues a state of another process whose once call is %s', async (_name, decisions, results) => {
    const { otherProcess, pay, load } = await stored();
    expect(resultTexts((await otherProcess().run(load(), { decisions })).messages)).toEqual(results);
    expect(pay.keys).toEqual([]);
  });

  it('runs the call once with the agent that started the run, even if its state is approved twice', async () => {
    const { agent, pay, load } = await stored({ runId: 'r' });
    const results = async () => outcomes(await agent.run(load(), { decisions: approve }));
    expect([await results(), await results()]).toEqual([['pay 1'], ['unknown r/1/1']]);
    expect(pay.keys).toHaveLength(1);
  });
});

it('without records, an agent runs the call once even if `runId` differs between the runs', async () => {
  const { agent, pay, load } = await stored({ runId: 'a' });
  for (const runId of ['b', 'c']) await agent.run(load(), { decisions: approve, runId });
  expect(pay.keys).toEqual(['a/1/1']);
});

it('the result of a once call that exceeds its time limit is unknown', async () => {
  const clock = fakeClock();
  const neverReturns = (): Promise<string> => {
    void clock.advance(1000);
    return new Promise(() => undefined);
  };
  const pay = plain('pay', neverReturns, { effect: 'once', timeoutMs: 1000 });
  const { agent, requests } = world([calls(['1', 'pay']), 'Done.'], { tools: [pay] }, { clock });
  const ended = await agent.run('Pay', { runId: 'r' });
  expect([ended.done, outcomes(ended), requests.length]).toEqual([undefined, ['unknown r/1/1'], 1]);
  const decisions = [{ callId: '1', result: 'paid' }];
  expect((await agent.run(ended.state, { decisions })).text).toBe('Done.');
});

it.each<[string, Decision, string]>([
  ['approved', { callId: '1', approve: true }, 'the result of "1" is unknown; pass `result`'],
  ['denied', { callId: '1', deny: 'no' }, 'the result of "1" is unknown; pass `result`'],
])('a call whose result is unknown cannot be %s', async (_name, decision, message) => {
  const { otherProcess, load } = await stored({ runId: 'r' });
  const records = claims();
  await otherProcess().run(load(), { decisions: approve, records });
  const { state } = await otherProcess().run(load(), { decisions: approve, records });
  const denied = otherProcess().run(state, { decisions: [decision], records });
  await expect(denied).rejects.toMatchObject({
    kind: 'invalid-request',
    message: expect.stringContaining(message) as string,
  });
  // The pure step has no effect either.
  expect(decided(state, [decision])).toEqual(state);
});

it('a call that waits for an approval cannot be settled as not done', async () => {
  const { otherProcess, load } = await stored();
  const settling = otherProcess().run(load(), {
    decisions: [{ callId: '1', notDone: true }],
    records: claims(),
  });
  await expect(settling).rejects.toMatchObject({
    kind: 'invalid-request',
    message: expect.stringContaining('the result of "1" is not unknown') as string,
  });
});

it('a call that two operators settle as not done starts once more', async () => {
  const { otherProcess, pay, load } = await stored({ runId: 'r' });
  const records = claims();
  await claimCall(records, 'r/1/1');
  const { state } = await otherProcess().run(load(), { decisions: approve, records });
  const settle = async (): Promise<RunResult> => {
    const decisions: readonly Decision[] = [{ callId: '1', notDone: true }];
    const open = await otherProcess().run(state, { decisions, records });
    expect([open.done, open.unknown, open.awaiting.map(({ id }) => id)]).toEqual([undefined, [], ['1']]);
    return otherProcess().run(open.state, { decisions: approve, records });
  };
  expect([outcomes(await settle()), outcomes(await settle())]).toEqual([['pay 1'], ['unknown r/1/1']]);
  // The service receives the key of the first start, so that it recognizes a repetition.
  expect([pay.keys, records.keys]).toEqual([['r/1/1'], ['r/1/1', 'r/1/1 again 1']]);
});

describe('with records', () => {
  it('runs the call in one of several processes, and pauses the others with an unknown result', async () => {
    const { otherProcess, pay, load } = await stored({ runId: 'bill-7' });
    const records = claims();
    const runs = [otherProcess(), otherProcess(), otherProcess()].map((agent) =>
      agent.run(load(), { decisions: approve, records }),
    );
    const results = (await Promise.all(runs)).flatMap(outcomes);
    expect(results.toSorted()).toEqual(['pay 1', 'unknown bill-7/1/1', 'unknown bill-7/1/1']);
    expect([pay.keys, records.keys]).toEqual([['bill-7/1/1'], ['bill-7/1/1']]);
  });

  it('never forgets a claim', async () => {
    const clock = fakeClock();
    const records = memoryRecords({ clock });
    expect(await claimCall(records, 'r/1/1')).toBe(true);
    await clock.advance(4 * 365 * 86_400_000);
    expect(await claimCall(records, 'r/1/1')).toBe(false);
  });

  it('grants a claim that the client of the store repeats because the first reply was lost', async () => {
    const records = memoryRecords();
    const write: RecordStore['write'] = async (...args) => {
      await records.write(...args);
      return records.write(...args);
    };
    expect(await claimCall({ ...records, write }, 'r/1/1')).toBe(true);
    expect(await claimCall({ ...records, write }, 'r/1/1')).toBe(false);
  });

  it('claims once calls of a new run', async () => {
    const pay = counting('pay', 'once');
    const look = counting('look');
    const { agent } = world([calls(['1', 'look'], ['2', 'pay']), 'Done.'], { tools: [look.tool, pay.tool] });
    const records = claims();
    await agent.run('Pay', { runId: 'r', records });
    expect(records.keys).toEqual(['r/1/2']);
  });

  it('uses the run id of the state in the claim, not that of the run', async () => {
    const { otherProcess, pay, load } = await stored({ runId: 'a' });
    const records = claims();
    for (const runId of ['b', 'c']) await otherProcess().run(load(), { decisions: approve, records, runId });
    expect([records.keys, pay.keys]).toEqual([['a/1/1'], ['a/1/1']]);
  });

  it('rejects a state without a run id unless the run has one', async () => {
    const { otherProcess, pay, load } = await stored();
    const { runId: _, ...state } = load();
    const records = claims();
    await expect(otherProcess().run(state, { decisions: approve, records })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'runId' },
    });
    await otherProcess().run(state, { decisions: approve, records, runId: 'r' });
    expect(pay.keys).toEqual(['r/1/1']);
  });

  it('ends the run without running the call if the store rejects', async () => {
    const records = failing(() => Promise.reject(new Error('the database is away')));
    const { otherProcess, pay, load } = await stored();
    const running = otherProcess().run(load(), { decisions: approve, records });
    await expect(running).rejects.toMatchObject({ name: 'RunError', kind: 'config' });
    expect(pay.keys).toEqual([]);
  });

  it('claims a denied call, which then never runs', async () => {
    const { otherProcess, pay, load } = await stored({ runId: 'r' });
    const records = claims();
    const deny: readonly Decision[] = [{ callId: '1', deny: 'no' }];
    const denied = await otherProcess().run(load(), { decisions: deny, records });
    expect(outcomes(denied)).toEqual(['!The call was denied: no']);
    expect(outcomes(await otherProcess().run(load(), { decisions: approve, records }))).toEqual([
      'unknown r/1/1',
    ]);
    expect(pay.keys).toEqual([]);
  });

  it('keeps a call waiting if the store fails before the denial', async () => {
    const { otherProcess, load } = await stored({ runId: 'r' });
    const records = failing(() => Promise.reject(new Error('the database is away')));
    const deny: readonly Decision[] = [{ callId: '1', deny: 'no' }];
    const denial = otherProcess().run(load(), { decisions: deny, records });
    await expect(denial).rejects.toMatchObject({
      name: 'RunError',
      message: expect.stringContaining('the database is away') as string,
      state: { pending: [{ id: '1' }] },
    });
    const again = await otherProcess().run(load(), { records: claims() });
    expect(again.awaiting.map(({ id }) => id)).toEqual(['1']);
  });

  it('does not wait for the store after an abort', async () => {
    const { otherProcess, pay, load } = await stored();
    const stop = new AbortController();
    const records = failing(() => {
      stop.abort();
      return new Promise(() => undefined);
    });
    const running = otherProcess().run(load(), { decisions: approve, records, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect(pay.keys).toEqual([]);
  });

  it('rejects a store of another kind before anything runs', async () => {
    const { otherProcess, load } = await stored();
    const running = otherProcess().run(load(), { records: {} as never });
    await expect(running).rejects.toMatchObject({ kind: 'config', details: { path: 'records' } });
  });
});

describe('a driver', () => {
  const signal = new AbortController().signal;
  const drive = (agent: Agent, io: { readonly records?: RecordStore } = {}) => {
    const effects = agent.effects({ runId: 'r', signal, ...io });
    return agent.drive(agent.begin('go'), { ...effects, decisions: async () => [] });
  };
  const refused = {
    kind: 'config',
    message: expect.stringMatching(/^records: "pay" has effect 'once', .*; pass `records`/) as string,
    details: { path: 'records' },
  };
  const payer = () => {
    const pay = counting('pay', 'once');
    return { pay, ...world([calls(['1', 'pay']), 'Done.'], { name: 'payer', tools: [pay.tool] }) };
  };

  it('without records is rejected before any effect, as `run` is', async () => {
    const { agent, requests, pay } = payer();
    await expect(drive(agent)).rejects.toMatchObject(refused);
    expect([requests, pay.keys]).toEqual([[], []]);
  });

  it.each<[string, (inner: Agent) => Partial<AgentOptions>]>([
    ['a sub-agent', (agent) => ({ tools: [agentTool({ name: 'help', description: 'Helps', agent })] })],
    ['an agent to which it can hand off', (agent) => ({ handoffs: [agent] })],
  ])('without records is rejected if a once tool belongs to %s', async (_name, options) => {
    const { agent, requests } = world(['Done.'], { name: 'first', ...options(payer().agent) });
    await expect(drive(agent)).rejects.toMatchObject(refused);
    expect(requests).toEqual([]);
  });

  it('without records does not run a once tool that a toolbox has added during the run', async () => {
    const pay = counting('pay', 'once');
    const tools: Tool[] = [];
    const { agent } = world(
      [
        () => {
          tools.push(pay.tool);
          return calls(['1', 'pay']);
        },
        calls(['2', 'pay']),
      ],
      { toolboxes: [{ name: 'bank', tools }] },
    );
    expect((await runError(drive(agent))).cause).toMatchObject(refused);
    expect(pay.keys).toEqual([]);
  });

  it('with records starts a call in one of several processes that repeat a step', async () => {
    const records = claims();
    const drivers = [payer(), payer(), payer()];
    const results = await Promise.all(drivers.map(({ agent }) => drive(agent, { records })));
    expect(results.flatMap(outcomes).toSorted()).toEqual(['pay 1', 'unknown r/1/1', 'unknown r/1/1']);
    expect(drivers.flatMap(({ pay }) => pay.keys)).toEqual(['r/1/1']);
    expect(records.keys).toEqual(['r/1/1']);
  });

  it('passes the records to sub-agents', async () => {
    const records = claims();
    const help = (agent: Agent): Agent =>
      world([{ toolCalls: [{ id: '1', name: 'help', args: { task: 'pay' } }] }, 'Done.'], {
        tools: [agentTool({ name: 'help', description: 'Helps', agent })],
      }).agent;
    const inner = [payer(), payer()];
    for (const { agent } of inner) await drive(help(agent), { records });
    expect(inner.flatMap(({ pay }) => pay.keys)).toEqual(['r/1/1/1/1']);
    expect(records.keys).toEqual(['r/1/1/1/1']);
  });

  it('rejects a store of another kind', () => {
    const { agent } = payer();
    expect(() => agent.effects({ runId: 'r', signal, records: {} as never })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringMatching(/^effects: records /) as string,
      }),
    );
  });
});

describe('two processes that approve one stored state', () => {
  const program = join(import.meta.dirname, 'support/claim-process.ts');
  async function startPayment() {
    const folder = testFolder();
    const inProcess = async (...args: readonly string[]): Promise<unknown> => {
      const { stdout } = await promisify(execFile)(process.execPath, [program, folder, ...args]);
      return stdout === '' ? undefined : JSON.parse(stdout);
    };
    await inProcess('begin');
    const paid = (): number => {
      const file = join(folder, 'paid');
      return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
    };
    return { folder, inProcess, paid };
  }

  it('run a once tool only once, and are rejected without records', async () => {
    const { inProcess, paid } = await startPayment();
    expect(await inProcess('approve')).toContain('pass `records`');
    expect(paid()).toBe(0);
    const results = await Promise.all([inProcess('approve', 'claim'), inProcess('approve', 'claim')]);
    expect(results.flat().toSorted()).toEqual(['paid', 'unknown r/1/c1']);
    expect(paid()).toBe(1);
  });

  it('do not run it again if the first process was killed during the call', async () => {
    const { folder, inProcess, paid } = await startPayment();
    const first = spawn(process.execPath, [program, folder, 'approve', 'claim', 'hang'], {
      stdio: 'inherit',
    });
    await expect.poll(paid, { timeout: 30_000 }).toBe(1);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(await inProcess('approve', 'claim')).toEqual(['unknown r/1/c1']);
    expect(paid()).toBe(1);
  });
});
