import { setTimeout } from 'node:timers/promises';
import { inspect } from 'node:util';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { agentTool, createAgent, suspend, type Agent, type Tool } from '@majordomo/agent';
import { createMajordomo, LlmError } from '@majordomo/core';
import { describeWith, startPostgres, type Postgres } from '@majordomo/services';
import { engineConformance, type EngineAgentName } from '@majordomo/conformance';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { dbosAgent, type DbosAgent } from '../src/index.ts';

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

const { agents, cases } = engineConformance({ createAgent, suspend, agentTool });

const AGENTS = {
  leaks: agentOf(
    [],
    [],
    new LlmError('auth', 'no', {}, { cause: Object.assign(new Error('no'), { key: 'very-secret' }) }),
  ),
  cancelled: agentOf([calls(['a', 'pay'])], [tool('pay', { approval: true })]),
  twice: agentOf([calls(['a', 'pay'], ['b', 'pay']), 'Paid.'], [tool('pay', { approval: true })]),
  late: agentOf([calls(['l', 'pay']), 'Nobody.'], [tool('pay', { approval: true })]),
};

/** The same agent without the approval of payments, as after a deployment. */
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
  const suite = Object.fromEntries(
    Object.entries(agents).map(([name, agent]) => [name, dbosAgent(name, agent)]),
  ) as Record<EngineAgentName, DbosAgent>;
  const runs = {
    leaks: dbosAgent('leaks', AGENTS.leaks),
    changing: dbosAgent('changing', changing),
    cancelled: dbosAgent('cancelled', AGENTS.cancelled),
    twice: dbosAgent('twice', AGENTS.twice),
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

  for (const { name, run } of cases) it(name, () => run((agent) => suite[agent]), 30_000);

  it('stores an entry for each effect and for a model error', async () => {
    const names = async (runId: string) => (await DBOS.listWorkflowSteps(runId))?.map(({ name }) => name);
    expect(await names('plain 1')).toEqual(['ask 1', 'tool plain 1/1/1', 'ask 2']);
    expect(await names('failing 1')).toEqual(['ask 1']);
  });

  it('denies a call without a decision in time', async () => {
    await runs.late.start('run-4', 'go');
    const { messages } = await runs.late.result('run-4');
    expect(JSON.stringify(messages)).toContain('no decision in time');
  });

  it('stores no attached data of an error', async () => {
    await runs.leaks.start('run-6', 'go');
    await expect(runs.leaks.result('run-6')).rejects.toMatchObject({ kind: 'auth' });
    const storedData = [await DBOS.listWorkflowSteps('run-6'), await DBOS.getWorkflowStatus('run-6')];
    expect(inspect(storedData, { depth: 9, showHidden: true })).not.toContain('very-secret');
  });

  it('applies the first decision on a call', async () => {
    const { twice } = runs;
    await twice.start('run-2', 'go');
    await twice.awaiting('run-2');
    await twice.decide('run-2', { callId: 'b', deny: 'too dear' });
    for (const callId of ['b', 'a']) await twice.decide('run-2', { callId, approve: true });
    expect(JSON.stringify((await twice.result('run-2')).messages)).toContain('too dear');
  });

  it('cancelled rejects with aborted and has no waiting calls', async () => {
    await runs.cancelled.start('run-8', 'go');
    await runs.cancelled.awaiting('run-8');
    await DBOS.cancelWorkflow('run-8');
    expect(await runs.cancelled.awaiting('run-8')).toEqual([]);
    await expect(runs.cancelled.result('run-8')).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('changed during a run ends it with a remedy', async () => {
    const { changing } = runs;
    await changing.start('run-10', 'go');
    await changing.awaiting('run-10');
    await DBOS.cancelWorkflow('run-10');
    isDeployedAnew = true;
    await DBOS.resumeWorkflow('run-10');
    await expect(changing.result('run-10')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/it executes "claim run-10\/1\/p", .*applicationVersion/),
    });
  });

  it('is not queried after the wait has ended', async () => {
    const controller = new AbortController();
    const look = vi.spyOn(DBOS, 'listWorkflows');
    const waiting = suite.plain.result('never', controller);
    await expect.poll(() => look.mock.calls.length).toBeGreaterThan(2);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    const looks = look.mock.calls.length;
    await setTimeout(500);
    expect(look.mock.calls.length).toBe(looks);
    look.mockRestore();
  });
});
