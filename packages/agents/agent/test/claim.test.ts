import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromJson, toJson } from '@majordomo/core';
import { afterAll, describe, expect, it } from 'vitest';
import {
  agentTool,
  type Agent,
  type AgentOptions,
  type ClaimStore,
  type Decision,
  type RunState,
  type Tool,
} from '../src/index.ts';
import { counting } from './support/tools.ts';
import { calls, read, resultTexts, runError, world } from './support/world.ts';

const UNKNOWN = expect.stringContaining('!The outcome of this call is unknown') as string;
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

function claims(): ClaimStore & { readonly keys: readonly string[] } {
  const keys: string[] = [];
  return {
    keys,
    claim: async (key) => !keys.includes(key) && keys.push(key) > 0,
  };
}

describe('without a claim store', () => {
  it('rejects a once call in a state of another process, and names the remedy', async () => {
    const { otherProcess, pay, load } = await stored();
    const refused = {
      kind: 'config',
      message: expect.stringMatching(/^claim: .*"pay".*; pass `claim`/) as string,
      details: { path: 'claim' },
    };
    await expect(otherProcess().run(load(), { decisions: approve })).rejects.toMatchObject(refused);
    await expect(read(otherProcess().stream(load(), { decisions: approve }))).rejects.toMatchObject(refused);
    expect(pay.keys).toEqual([]);
  });

  it.each<[string, readonly Decision[], readonly string[]]>([
    ['denied', [{ callId: '1', deny: 'no' }], ['!The call was denied: no']],
    ['answered', [{ callId: '1', result: 'paid by hand' }], ['paid by hand']],
    ['not decided', [], []],
  ])('continues a state of another process whose once call is %s', async (_name, decisions, results) => {
    const { otherProcess, pay, load } = await stored();
    expect(resultTexts((await otherProcess().run(load(), { decisions })).messages)).toEqual(results);
    expect(pay.keys).toEqual([]);
  });

  it('runs the call once with the agent that started the run, even if its state is approved twice', async () => {
    const { agent, pay, load } = await stored();
    const results = async () => resultTexts((await agent.run(load(), { decisions: approve })).messages);
    expect([await results(), await results()]).toEqual([['pay 1'], [UNKNOWN]]);
    expect(pay.keys).toHaveLength(1);
  });
});

it('without a claim store, an agent runs the call once even if `runId` differs between the runs', async () => {
  const { agent, pay, load } = await stored({ runId: 'a' });
  for (const runId of ['b', 'c']) await agent.run(load(), { decisions: approve, runId });
  expect(pay.keys).toEqual(['a/1/1']);
});

describe('with a claim store', () => {
  it('runs the call in one of several processes, and the others return a result with an unknown outcome', async () => {
    const { otherProcess, pay, load } = await stored({ runId: 'bill-7' });
    const claim = claims();
    const runs = [otherProcess(), otherProcess(), otherProcess()].map((agent) =>
      agent.run(load(), { decisions: approve, claim }),
    );
    const results = (await Promise.all(runs)).flatMap(({ messages }) => resultTexts(messages));
    expect(results.toSorted()).toEqual([UNKNOWN, UNKNOWN, 'pay 1']);
    expect([pay.keys, claim.keys]).toEqual([['bill-7/1/1'], ['bill-7/1/1']]);
  });

  it('claims once calls of a new run', async () => {
    const pay = counting('pay', 'once');
    const look = counting('look');
    const { agent } = world([calls(['1', 'look'], ['2', 'pay']), 'Done.'], { tools: [look.tool, pay.tool] });
    const claim = claims();
    await agent.run('Pay', { runId: 'r', claim });
    expect(claim.keys).toEqual(['r/1/2']);
  });

  it('uses the run id of the state in the claim, not that of the run', async () => {
    const { otherProcess, pay, load } = await stored({ runId: 'a' });
    const claim = claims();
    for (const runId of ['b', 'c']) await otherProcess().run(load(), { decisions: approve, claim, runId });
    expect([claim.keys, pay.keys]).toEqual([['a/1/1'], ['a/1/1']]);
  });

  it('rejects a state without a run id unless the run has one', async () => {
    const { otherProcess, pay, load } = await stored();
    const { runId: _, ...state } = load();
    const claim = claims();
    await expect(otherProcess().run(state, { decisions: approve, claim })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'runId' },
    });
    await otherProcess().run(state, { decisions: approve, claim, runId: 'r' });
    expect(pay.keys).toEqual(['r/1/1']);
  });

  it.each<[string, ClaimStore]>([
    ['rejects', { claim: () => Promise.reject(new Error('the database is away')) }],
    ['returns a number', { claim: () => Promise.resolve(1 as never) }],
  ])('ends the run without running the call if the store %s', async (_name, claim) => {
    const { otherProcess, pay, load } = await stored();
    const running = otherProcess().run(load(), { decisions: approve, claim });
    await expect(running).rejects.toMatchObject({ name: 'RunError', kind: 'config' });
    expect(pay.keys).toEqual([]);
  });

  it('does not wait for the store after an abort', async () => {
    const { otherProcess, pay, load } = await stored();
    const stop = new AbortController();
    const claim: ClaimStore = {
      claim() {
        stop.abort();
        return new Promise(() => undefined);
      },
    };
    const running = otherProcess().run(load(), { decisions: approve, claim, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect(pay.keys).toEqual([]);
  });

  it('rejects a store without a claim method before anything runs', async () => {
    const { otherProcess, load } = await stored();
    const running = otherProcess().run(load(), { claim: {} as never });
    await expect(running).rejects.toMatchObject({ kind: 'config', details: { path: 'claim' } });
  });
});

describe('a driver', () => {
  const signal = new AbortController().signal;
  const drive = (agent: Agent, io: { readonly claim?: ClaimStore } = {}) => {
    const effects = agent.effects({ runId: 'r', signal, ...io });
    return agent.drive(agent.begin('go'), { ...effects, decisions: async () => [] });
  };
  const refused = {
    kind: 'config',
    message: expect.stringMatching(/^claim: "pay" has effect 'once', .*; pass `claim`/) as string,
    details: { path: 'claim' },
  };
  const payer = () => {
    const pay = counting('pay', 'once');
    return { pay, ...world([calls(['1', 'pay']), 'Done.'], { name: 'payer', tools: [pay.tool] }) };
  };

  it('without a claim store is rejected before any effect, as `run` is', async () => {
    const { agent, requests, pay } = payer();
    await expect(drive(agent)).rejects.toMatchObject(refused);
    expect([requests, pay.keys]).toEqual([[], []]);
  });

  it.each<[string, (inner: Agent) => Partial<AgentOptions>]>([
    ['a sub-agent', (agent) => ({ tools: [agentTool({ name: 'help', description: 'Helps', agent })] })],
    ['an agent to which it can hand off', (agent) => ({ handoffs: [agent] })],
  ])('without a claim store is rejected if a once tool belongs to %s', async (_name, options) => {
    const { agent, requests } = world(['Done.'], { name: 'first', ...options(payer().agent) });
    await expect(drive(agent)).rejects.toMatchObject(refused);
    expect(requests).toEqual([]);
  });

  it('without a claim store does not run a once tool that a toolbox has added during the run', async () => {
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

  it('with a claim store starts a call in one of several processes that repeat a step', async () => {
    const claim = claims();
    const drivers = [payer(), payer(), payer()];
    const results = await Promise.all(drivers.map(({ agent }) => drive(agent, { claim })));
    expect(results.flatMap(({ messages }) => resultTexts(messages)).toSorted()).toEqual([
      UNKNOWN,
      UNKNOWN,
      'pay 1',
    ]);
    expect(drivers.flatMap(({ pay }) => pay.keys)).toEqual(['r/1/1']);
    expect(claim.keys).toEqual(['r/1/1']);
  });

  it('passes the claim store to sub-agents', async () => {
    const claim = claims();
    const help = (agent: Agent): Agent =>
      world([{ toolCalls: [{ id: '1', name: 'help', args: { task: 'pay' } }] }, 'Done.'], {
        tools: [agentTool({ name: 'help', description: 'Helps', agent })],
      }).agent;
    const inner = [payer(), payer()];
    for (const { agent } of inner) await drive(help(agent), { claim });
    expect(inner.flatMap(({ pay }) => pay.keys)).toEqual(['r/1/1/1/1']);
    expect(claim.keys).toEqual(['r/1/1/1/1']);
  });

  it('rejects a store without a claim method', () => {
    const { agent } = payer();
    expect(() => agent.effects({ runId: 'r', signal, claim: {} as never })).toThrow(
      expect.objectContaining({
        kind: 'config',
        message: expect.stringMatching(/^effects: claim /) as string,
      }),
    );
  });
});

describe('two processes that approve one stored state', () => {
  const program = join(import.meta.dirname, 'support/claim-process.ts');
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  async function startPayment() {
    const folder = mkdtempSync(join(tmpdir(), 'majordomo-claim-'));
    folders.push(folder);
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

  it('run a once tool only once, and are rejected without a claim store', async () => {
    const { inProcess, paid } = await startPayment();
    expect(await inProcess('approve')).toContain('pass `claim`');
    expect(paid()).toBe(0);
    const results = await Promise.all([inProcess('approve', 'claim'), inProcess('approve', 'claim')]);
    expect(results.flat().toSorted()).toEqual([UNKNOWN, 'paid']);
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
    expect(await inProcess('approve', 'claim')).toEqual([UNKNOWN]);
    expect(paid()).toBe(1);
  });
});
