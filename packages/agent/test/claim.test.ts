import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { fromJson, toJson } from '@majordomo/core';
import { afterAll, describe, expect, it } from 'vitest';
import { type Agent, type ClaimStore, type Decision, type RunState } from '../src/index.ts';
import { counting } from './support/tools.ts';
import { calls, read, resultTexts, world } from './support/world.ts';

const UNKNOWN = expect.stringContaining('!The outcome of this call is unknown') as string;
const approve: readonly Decision[] = [{ callId: '1', approve: true }];

/** Agents of several processes with one payment that waits for approval, and the state as a store has it. */
async function stored(options: { readonly runId?: string } = {}) {
  const pay = counting('pay', 'once');
  const tool = { ...pay.tool, approval: true };
  const make = (): Agent => world([calls(['1', 'pay']), 'Done.', 'Done.'], { tools: [tool] }).agent;
  const agent = make();
  const json = JSON.stringify(toJson((await agent.run('Pay', options)).state));
  /** An agent of another process: its model continues behind the call. */
  const other = (): Agent => world(['Done.'], { tools: [tool] }).agent;
  return { agent, other, pay, load: () => fromJson<RunState>(JSON.parse(json)) };
}

function claims(): ClaimStore & { readonly keys: readonly string[] } {
  const keys: string[] = [];
  return {
    keys,
    claim: async (key) => !keys.includes(key) && keys.push(key) > 0,
  };
}

describe('without a claim store', () => {
  it('refuses to run a once tool from a state of another process, and names the remedy', async () => {
    const { other, pay, load } = await stored();
    const refused = {
      kind: 'config',
      message: expect.stringMatching(/^claim: .*"pay".*; pass `claim`/) as string,
      details: { path: 'claim' },
    };
    await expect(other().run(load(), { decisions: approve })).rejects.toMatchObject(refused);
    await expect(read(other().stream(load(), { decisions: approve }))).rejects.toMatchObject(refused);
    expect(pay.keys).toEqual([]);
  });

  it.each<[string, readonly Decision[], readonly string[]]>([
    ['denied', [{ callId: '1', deny: 'no' }], ['!The call was denied: no']],
    ['answered', [{ callId: '1', result: 'paid by hand' }], ['paid by hand']],
    ['left alone', [], []],
  ])('continues a state of another process whose once call is %s', async (_name, decisions, results) => {
    const { other, pay, load } = await stored();
    expect(resultTexts((await other().run(load(), { decisions })).messages)).toEqual(results);
    expect(pay.keys).toEqual([]);
  });

  it('runs the call once for the agent that began the run, however often its state is approved', async () => {
    const { agent, pay, load } = await stored();
    const results = async () => resultTexts((await agent.run(load(), { decisions: approve })).messages);
    expect([await results(), await results()]).toEqual([['pay 1'], [UNKNOWN]]);
    expect(pay.keys).toHaveLength(1);
  });
});

it('an agent runs the call once without a store too, whatever the run is called', async () => {
  const { agent, pay, load } = await stored({ runId: 'a' });
  for (const runId of ['b', 'c']) await agent.run(load(), { decisions: approve, runId });
  expect(pay.keys).toEqual(['a/1/1']);
});

describe('with a claim store', () => {
  it('runs the call in one of several processes, and tells the model of the others that the outcome is unknown', async () => {
    const { other, pay, load } = await stored({ runId: 'bill-7' });
    const claim = claims();
    const runs = [other(), other(), other()].map((agent) => agent.run(load(), { decisions: approve, claim }));
    const results = (await Promise.all(runs)).flatMap(({ messages }) => resultTexts(messages));
    expect(results.toSorted()).toEqual([UNKNOWN, UNKNOWN, 'pay 1']);
    expect([pay.keys, claim.keys]).toEqual([['bill-7/1/1'], ['bill-7/1/1']]);
  });

  it('claims the calls of a new run too', async () => {
    const pay = counting('pay', 'once');
    const look = counting('look');
    const { agent } = world([calls(['1', 'look'], ['2', 'pay']), 'Done.'], { tools: [look.tool, pay.tool] });
    const claim = claims();
    await agent.run('Pay', { runId: 'r', claim });
    expect(claim.keys).toEqual(['r/1/2']);
  });

  it('claims by the run id of the state, whatever the run is called here', async () => {
    const { other, pay, load } = await stored({ runId: 'a' });
    const claim = claims();
    for (const runId of ['b', 'c']) await other().run(load(), { decisions: approve, claim, runId });
    expect([claim.keys, pay.keys]).toEqual([['a/1/1'], ['a/1/1']]);
  });

  it('refuses a state without a run id, unless the run has one', async () => {
    const { other, pay, load } = await stored();
    const { runId: _, ...state } = load();
    const claim = claims();
    await expect(other().run(state, { decisions: approve, claim })).rejects.toMatchObject({
      kind: 'config',
      details: { path: 'runId' },
    });
    await other().run(state, { decisions: approve, claim, runId: 'r' });
    expect(pay.keys).toEqual(['r/1/1']);
  });

  it.each<[string, ClaimStore]>([
    ['rejects', { claim: () => Promise.reject(new Error('the database is away')) }],
    ['returns a number', { claim: () => Promise.resolve(1 as never) }],
  ])('ends the run without running the call when the store %s', async (_name, claim) => {
    const { other, pay, load } = await stored();
    const running = other().run(load(), { decisions: approve, claim });
    await expect(running).rejects.toMatchObject({ name: 'RunError', kind: 'config' });
    expect(pay.keys).toEqual([]);
  });

  it('waits for the store no longer than the run', async () => {
    const { other, pay, load } = await stored();
    const stop = new AbortController();
    const claim: ClaimStore = {
      claim() {
        stop.abort();
        return new Promise(() => undefined);
      },
    };
    const running = other().run(load(), { decisions: approve, claim, signal: stop.signal });
    await expect(running).rejects.toMatchObject({ kind: 'aborted' });
    expect(pay.keys).toEqual([]);
  });

  it('rejects a store without a claim method before anything runs', async () => {
    const { other, load } = await stored();
    const running = other().run(load(), { claim: {} as never });
    await expect(running).rejects.toMatchObject({ kind: 'config', details: { path: 'claim' } });
  });
});

describe('two processes that approve one stored state', () => {
  const program = join(import.meta.dirname, 'support/claim-process.ts');
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  async function begun() {
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

  it('run a once tool a single time', async () => {
    const { inProcess, paid } = await begun();
    const results = await Promise.all([inProcess('approve', 'claim'), inProcess('approve', 'claim')]);
    expect(results.flat().toSorted()).toEqual([UNKNOWN, 'paid']);
    expect(paid()).toBe(1);
  });

  it('do not run it again when the first was killed while it ran', async () => {
    const { folder, inProcess, paid } = await begun();
    const first = spawn(process.execPath, [program, folder, 'approve', 'claim', 'hang'], {
      stdio: 'inherit',
    });
    await expect.poll(paid, { timeout: 30_000 }).toBe(1);
    first.kill('SIGKILL');
    await once(first, 'exit');
    expect(await inProcess('approve', 'claim')).toEqual([UNKNOWN]);
    expect(paid()).toBe(1);
  });

  it('are refused without a claim store, and the state can still be approved with one', async () => {
    const { inProcess, paid } = await begun();
    expect(await inProcess('approve')).toContain('pass `claim`');
    expect(paid()).toBe(0);
    expect(await inProcess('approve', 'claim')).toEqual(['paid']);
  });
});
