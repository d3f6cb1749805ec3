import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { createAgent, suspend, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo, LlmError } from '@majordomo/core';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { dbosAgent } from '../src/index.ts';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: (_args, { key }) => `${name} under ${key}`,
  ...more,
});

function agentOf(turns: readonly Turn[], tools: readonly Tool[] = [], thrown?: Error): Agent {
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  return createAgent({
    model: createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m'),
    tools,
    prepareStep: () => {
      if (thrown !== undefined) throw thrown;
    },
  });
}

const calls = (...made: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: made.map(([id, name]) => ({ id, name, args: {} })),
});

const AGENTS = {
  plain: agentOf([calls(['1', 'look']), 'Done.'], [tool('look')]),
  asks: agentOf(
    [calls(['a', 'pay'], ['b', 'pay']), 'Paid.', calls(['a', 'pay'])],
    [tool('pay', { approval: true, effect: 'once' })],
  ),
  suspends: agentOf([calls(['s', 'ask']), 'Thanks.'], [tool('ask', { run: () => suspend() })]),
  fails: agentOf([{ fail: 'auth', after: 'half an ans', status: 401 }]),
  leaks: agentOf(
    [],
    [],
    new LlmError('auth', 'no', {}, { cause: Object.assign(new Error('no'), { key: 'very-secret' }) }),
  ),
  odd: agentOf(
    [calls(['a\0b', 'pay'], ['x'.repeat(9000), 'pay']), 'Odd.'],
    [tool('pay', { approval: true })],
  ),
  late: agentOf([calls(['l', 'pay']), 'Nobody.'], [tool('pay', { approval: true })]),
};

/** As a process has it that was deployed anew: the same agent, whose payments nobody agrees to any more. */
let isDeployedAnew = false;
const paying = (more: Partial<Tool>): Agent =>
  agentOf([calls(['p', 'pay']), 'Paid.'], [tool('pay', { effect: 'once', ...more })]);
const [before, after] = [paying({ approval: true }), paying({})];
const changing: Agent = {
  ...before,
  drive: (state, effects) => (isDeployedAnew ? after : before).drive(state, effects),
};

describeWith('postgres', 'an agent on DBOS', () => {
  let postgres: Postgres;
  const runs = {
    plain: dbosAgent('plain', AGENTS.plain),
    asks: dbosAgent('asks', AGENTS.asks),
    suspends: dbosAgent('suspends', AGENTS.suspends),
    fails: dbosAgent('fails', AGENTS.fails),
    leaks: dbosAgent('leaks', AGENTS.leaks),
    odd: dbosAgent('odd', AGENTS.odd),
    changing: dbosAgent('changing', changing),
    late: dbosAgent('late', AGENTS.late, { decisionTimeoutMs: 100 }),
  };
  beforeAll(async () => {
    postgres = await startPostgres();
    const systemDatabaseUrl = `${postgres.url}_dbos`;
    DBOS.setConfig({ name: 'majordomo', systemDatabaseUrl, logLevel: 'error', applicationVersion: '1' });
    await DBOS.launch();
  }, 60_000);
  afterAll(async () => {
    await DBOS.shutdown();
    await postgres.stop();
  });

  it('runs to its end under the id of the run, once however often it is started', async () => {
    await runs.plain.start('run-1', 'go');
    await runs.plain.start('run-1', 'go');
    const { text, done, messages } = await runs.plain.result('run-1');
    expect([text, done, JSON.stringify(messages).includes('look under run-1/1/1')]).toEqual([
      'Done.',
      'answered',
      true,
    ]);
    expect(await runs.plain.awaiting('run-1')).toEqual([]);
    expect((await DBOS.listWorkflowSteps('run-1'))?.map(({ name }) => name)).toEqual([
      'ask 1',
      'tool run-1/1/1',
      'ask 2',
    ]);
  });

  it('waits for decisions, tells all calls of a step at once, and takes each in any order', async () => {
    const { asks } = runs;
    const waiting = asks.awaiting('run-2');
    await asks.start('run-2', 'go');
    expect((await waiting).map(({ id }) => id)).toEqual(['a', 'b']);
    await asks.decide('run-2', { callId: 'b', deny: 'too dear' });
    await asks.decide('run-2', { callId: 'b', approve: true });
    await asks.decide('run-2', { callId: 'a', approve: true });
    const told = JSON.stringify((await asks.result('run-2')).messages);
    expect([told.includes('pay under run-2/1/a'), told.includes('too dear')]).toEqual([true, true]);
    expect(await asks.awaiting('run-2')).toEqual([]);
  });

  it('refuses a decision that would end the run, and waits on', async () => {
    const { suspends } = runs;
    await suspends.start('run-3', 'go');
    await suspends.awaiting('run-3');
    for (const decision of [{ callId: 's', approve: true }, { callId: 'x', deny: 'no' }, { callId: 's' }])
      await expect(suspends.decide('run-3', decision as never)).rejects.toMatchObject({
        kind: 'invalid-request',
      });
    await suspends.decide('run-3', { callId: 's', result: '42' });
    expect((await suspends.result('run-3')).text).toBe('Thanks.');
  });

  it('denies what nobody decided on in time', async () => {
    await runs.late.start('run-4', 'go');
    const { messages } = await runs.late.result('run-4');
    expect(JSON.stringify(messages)).toContain('nobody decided in time');
  });

  it('fails as the model did, with what had arrived, and is not tried again', async () => {
    await runs.fails.start('run-5', 'go');
    const error: unknown = await runs.fails.result('run-5').catch((reason: unknown) => reason);
    expect(LlmError.is(error, 'auth') && [error.details.status, error.details.partial?.text]).toEqual([
      401,
      'half an ans',
    ]);
    expect(error).toMatchObject({
      message: expect.stringContaining('run "run-5": the run ended in step 1: '),
    });
    expect(await DBOS.listWorkflowSteps('run-5')).toHaveLength(1);
    expect(await runs.fails.awaiting('run-5')).toEqual([]);
  });

  it('keeps nothing of what hangs on an error', async () => {
    await runs.leaks.start('run-6', 'go');
    await expect(runs.leaks.result('run-6')).rejects.toMatchObject({ kind: 'auth' });
    const kept = [await DBOS.listWorkflowSteps('run-6'), await DBOS.getWorkflowStatus('run-6')];
    expect(inspect(kept, { depth: 9, showHidden: true })).not.toContain('very-secret');
  });

  it('is decided on, however odd the ids of its calls are', async () => {
    const { odd } = runs;
    await odd.start('run-7', 'go');
    for (const { id } of await odd.awaiting('run-7'))
      await odd.decide('run-7', { callId: id, approve: true });
    expect((await odd.result('run-7')).text).toBe('Odd.');
  });

  it('that was cancelled waits for nobody, and rejects with aborted', async () => {
    await runs.asks.start('run-8', 'go');
    await runs.asks.awaiting('run-8');
    await DBOS.cancelWorkflow('run-8');
    expect(await runs.asks.awaiting('run-8')).toEqual([]);
    await expect(runs.asks.result('run-8')).rejects.toMatchObject({ kind: 'aborted' });
  });

  it.each([
    ['run-9', {}],
    ['run-9', 7],
    ['', 'go'],
    ['a\0b', 'go'],
  ])('does not begin under %j with %j', async (runId, input) => {
    await expect(runs.plain.start(runId, input as never)).rejects.toMatchObject({ kind: 'config' });
  });

  it('that was changed under a run ends it, and says what to do', async () => {
    const { changing } = runs;
    await changing.start('run-10', 'go');
    await changing.awaiting('run-10');
    await DBOS.cancelWorkflow('run-10');
    isDeployedAnew = true;
    await DBOS.resumeWorkflow('run-10');
    await expect(changing.result('run-10')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/it asks for "claim run-10\/1\/p", .*applicationVersion/),
    });
  });

  it('is no longer looked at once nobody waits', async () => {
    const controller = new AbortController();
    const look = vi.spyOn(DBOS, 'listWorkflows');
    const waiting = runs.plain.result('never', controller);
    await vi.waitFor(() => expect(look.mock.calls.length).toBeGreaterThan(2));
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    const looks = look.mock.calls.length;
    await setTimeout(500);
    expect(look.mock.calls.length).toBe(looks);
    look.mockRestore();
  });

  it('ends the waiting by a signal', async () => {
    const controller = new AbortController();
    const waiting = [runs.asks.awaiting('never', controller), runs.asks.result('never', controller)];
    controller.abort();
    for (const one of waiting) await expect(one).rejects.toMatchObject({ kind: 'aborted' });
  });
});
