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

function agentOf(turns: readonly Turn[], tools: readonly Tool[] = [], hookError?: Error): Agent {
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  return createAgent({
    model: createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m'),
    tools,
    prepareStep: () => {
      if (hookError !== undefined) throw hookError;
    },
  });
}

const calls = (...idsAndNames: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: idsAndNames.map(([id, name]) => ({ id, name, args: {} })),
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

/** Whether the agent is replaced with one that needs no approval for payments, as after a deployment. */
let isRedeployed = false;
const payingAgent = (more: Partial<Tool>): Agent =>
  agentOf([calls(['p', 'pay']), 'Paid.'], [tool('pay', { effect: 'once', ...more })]);
const [before, after] = [payingAgent({ approval: true }), payingAgent({})];
const changingAgent: Agent = {
  ...before,
  drive: (state, effects) => (isRedeployed ? after : before).drive(state, effects),
};

describeWith('postgres', 'an agent on DBOS', () => {
  let postgres: Postgres;
  const suite = Object.fromEntries(
    Object.entries(agents).map(([name, agent]) => [name, dbosAgent(name, agent)]),
  ) as Record<EngineAgentName, DbosAgent>;
  const runs = {
    leaks: dbosAgent('leaks', AGENTS.leaks),
    changingAgent: dbosAgent('changing', changingAgent),
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

  it('denies a call without a decision within decisionTimeoutMs', async () => {
    await runs.late.start('run-4', 'go');
    const { messages } = await runs.late.result('run-4');
    expect(JSON.stringify(messages)).toContain('no decision in time');
  });

  it('does not store the cause of an error', async () => {
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

  it('rejects with aborted after a cancellation, and has no waiting calls', async () => {
    await runs.cancelled.start('run-8', 'go');
    await runs.cancelled.awaiting('run-8');
    await DBOS.cancelWorkflow('run-8');
    expect(await runs.cancelled.awaiting('run-8')).toEqual([]);
    await expect(runs.cancelled.result('run-8')).rejects.toMatchObject({ kind: 'aborted' });
  });

  it('ends a run with a remedy if the agent changes during the run', async () => {
    const { changingAgent } = runs;
    await changingAgent.start('run-10', 'go');
    await changingAgent.awaiting('run-10');
    await DBOS.cancelWorkflow('run-10');
    isRedeployed = true;
    await DBOS.resumeWorkflow('run-10');
    await expect(changingAgent.result('run-10')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringMatching(/it executes "claim run-10\/1\/p", .*applicationVersion/),
    });
  });

  it('does not query DBOS after the wait has ended', async () => {
    const controller = new AbortController();
    const listWorkflows = vi.spyOn(DBOS, 'listWorkflows');
    const waiting = suite.plain.result('never', controller);
    await expect.poll(() => listWorkflows.mock.calls.length).toBeGreaterThan(2);
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    const queryCount = listWorkflows.mock.calls.length;
    await setTimeout(500);
    expect(listWorkflows.mock.calls.length).toBe(queryCount);
    listWorkflows.mockRestore();
  });
});
