import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { agentTool, createAgent, suspend, type Agent, type AgentOptions, type Tool } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { describeWith, startRestate, type Restate } from '@majordomo/services';
import { engineConformance } from '@majordomo/conformance';
import { fakeProvider, type Turn } from '@majordomo/testing';
import { createEndpointHandler } from '@restatedev/restate-sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { restateAgent, restateAgentClient, type RestateAgentClient } from '../src/index.ts';

const tool = (name: string, more: Partial<Tool> = {}): Tool => ({
  name,
  description: name,
  parameters: { type: 'object' },
  run: (_args, { key }) => `${name} under ${key}`,
  ...more,
});

function agentOf(
  turns: readonly Turn[],
  tools: readonly Tool[] = [],
  more: Partial<AgentOptions> = {},
): Agent {
  const provider = fakeProvider({ id: 'f', models: { m: turns } });
  return createAgent({
    model: createMajordomo({ providers: [provider], chain: { attempts: 1 } }).model('f/m'),
    tools,
    ...more,
  });
}

// Tool that waits until it is aborted, with promises for its start and its end.
let reportWaitStart = (): void => undefined;
const waitStarted = new Promise<void>((resolve) => (reportWaitStart = resolve));
let reportWaitEnd = (): void => undefined;
const waitEnded = new Promise<void>((resolve) => (reportWaitEnd = resolve));
const waiting = tool('wait', {
  async run(_args, { signal }) {
    reportWaitStart();
    await once(signal, 'abort');
    reportWaitEnd();
    return 'aborted';
  },
});

const calls = (...idsAndNames: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: idsAndNames.map(([id, name]) => ({ id, name, args: {} })),
});

const LARGE = new Uint8Array(25_000_000);

const { agents, cases } = engineConformance({ createAgent, suspend, agentTool });

const AGENTS = {
  ...agents,
  twice: agentOf([calls(['a', 'pay'], ['b', 'pay']), 'Paid.'], [tool('pay', { approval: true })]),
  large: agentOf(
    [calls(['1', 'draw']), 'Drawn.'],
    [tool('draw', { run: () => [{ type: 'image', mediaType: 'image/png', bytes: LARGE }] })],
  ),
  killedWaiting: agentOf([calls(['a', 'pay']), 'Paid.'], [tool('pay', { approval: true })]),
  plainRuns: agentOf(Array(7).fill('Done.')),
  killed: agentOf([calls(['1', 'ask']), 'Over.'], [tool('ask', { run: () => new Promise(() => undefined) })]),
  endless: agentOf([calls(['1', 'wait']), 'Over.'], [waiting]),
};

describeWith('restate', 'an agent on Restate', () => {
  let restate: Restate;
  let server: Http2Server;
  const clientOf = (name: keyof typeof AGENTS): RestateAgentClient =>
    restateAgentClient(name, { ingress: restate.ingress });
  const endInvocation = async (name: string, action: 'cancel' | 'kill'): Promise<void> => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const query = `select id from sys_invocation where target_service_name = '${name}' and target_handler_name = 'run'`;
    const response = await fetch(`${restate.admin}/query`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    const { rows } = (await response.json()) as { readonly rows: readonly [{ readonly id: string }] };
    const { ok } = await fetch(`${restate.admin}/invocations/${rows[0].id}/${action}`, { method: 'PATCH' });
    expect(ok).toBe(true);
  };
  beforeAll(async () => {
    restate = await startRestate();
    const services = [
      ...Object.entries(AGENTS).map(([name, agent]) => restateAgent(name, agent)),
      restateAgent('kept', AGENTS.plainRuns, { keepRunsMs: 7 * 86_400_000 }),
    ];
    server = createServer(createEndpointHandler({ services })).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await restate.register(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }, 60_000);
  afterAll(async () => {
    server.close();
    await restate.stop();
  });

  for (const { name, run } of cases) it(name, () => run(clientOf));

  it('rejects a second decision on a call', async () => {
    const runs = clientOf('twice');
    await runs.start('run-1', 'go');
    await runs.awaiting('run-1');
    await runs.decide('run-1', { callId: 'b', deny: 'too dear' });
    expect((await runs.awaiting('run-1')).map(({ id }) => id)).toEqual(['a']);
    await expect(runs.decide('run-1', { callId: 'b', approve: true })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
  });

  it('fails without a retry for an entry above the maximum size of Restate', async () => {
    await clientOf('large').start('run-1', 'go');
    await expect(clientOf('large').result('run-1')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('"tool run-1/1/1" is 31.8 MiB as JSON'),
    });
  }, 60_000);

  it('rejects with aborted and ends the step after a cancellation during a step', async () => {
    const runs = clientOf('endless');
    await runs.start('run-1', 'go');
    await waitStarted;
    await endInvocation('endless', 'cancel');
    await expect(runs.result('run-1')).rejects.toMatchObject({ kind: 'aborted' });
    await waitEnded;
    expect(await runs.awaiting('run-1')).toEqual([]);
  });

  it('ends all waits if the run is killed', async () => {
    const runs = clientOf('killed');
    const waiting = runs.awaiting('run-1');
    await runs.start('run-1', 'go');
    await endInvocation('killed', 'kill');
    await expect(runs.result('run-1')).rejects.toMatchObject({
      kind: 'aborted',
      message: 'run "run-1": killed',
    });
    expect(await waiting).toEqual([]);
  });

  it('has no waiting calls and rejects decisions if the run is killed while a call waits', async () => {
    const runs = clientOf('killedWaiting');
    await runs.start('run-1', 'go');
    expect(await runs.awaiting('run-1')).toHaveLength(1);
    await endInvocation('killedWaiting', 'kill');
    await expect(runs.result('run-1')).rejects.toMatchObject({ kind: 'aborted' });
    expect(await runs.awaiting('run-1')).toEqual([]);
    await expect(runs.decide('run-1', { callId: 'a', approve: true })).rejects.toMatchObject({
      kind: 'invalid-request',
      message: expect.stringContaining('the run has ended'),
    });
  });

  it.each(['order/7', 'a b?c=d&e#f%2F', '…/ü/漢/🙂', 'o\'hara \\ "x"', 'x'.repeat(1000), '...', '%2e%2e'])(
    'accepts the id %j',
    async (runId) => {
      const runs = clientOf('plainRuns');
      await runs.start(runId, 'go');
      expect((await runs.result(runId)).text).toBe('Done.');
      expect(await runs.awaiting(runId)).toEqual([]);
    },
  );

  it.each(['.', '..'])('rejects the id %j', async (runId) => {
    const runs = clientOf('plainRuns');
    const config = { kind: 'config', message: expect.stringContaining('runId') };
    await expect(runs.start(runId, 'go')).rejects.toMatchObject(config);
    await expect(runs.awaiting(runId)).rejects.toMatchObject(config);
    await expect(runs.decide(runId, { callId: 'a', approve: true })).rejects.toMatchObject(config);
    await expect(runs.result(runId)).rejects.toMatchObject(config);
  });

  it('stores ended runs for keepRunsMs, by default for the retention time of Restate', async () => {
    const storedValue = async (name: string): Promise<unknown> => {
      const service = await (await fetch(`${restate.admin}/services/${name}`)).json();
      return (service as Readonly<Record<string, unknown>>)['workflow_completion_retention'];
    };
    expect([await storedValue('kept'), await storedValue('plainRuns')]).toEqual(['7d', '1d']);
  });

  it('reports a server that does not answer, and an unknown service', async () => {
    const unreachable = restateAgentClient('plain', { ingress: 'http://127.0.0.1:9' });
    await expect(unreachable.start('x', 'go')).rejects.toMatchObject({ kind: 'network' });
    const unknownAgent = restateAgentClient('nobody', { ingress: restate.ingress });
    await expect(unknownAgent.start('x', 'go')).rejects.toMatchObject({ kind: 'not-found' });
  });
});
