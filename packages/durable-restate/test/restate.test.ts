import { once } from 'node:events';
import { createServer, type Http2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createAgent, suspend, type Agent, type AgentOptions, type Tool } from '@majordomo/agent';
import { createMajordomo, LlmError } from '@majordomo/core';
import { describeWith, startRestate, type Restate } from '@majordomo/services';
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

/** Keys of the calls that were begun; each of the four waits for the others. */
const begun: string[] = [];
let allBegan = (): void => undefined;
const met = new Promise<void>((resolve) => (allBegan = resolve));
const counted = (name: string, more: Partial<Tool>): Tool =>
  tool(name, {
    async run(_args, { key }) {
      if (begun.push(key) === 4) allBegan();
      await met;
      return 'done';
    },
    ...more,
  });

/** A tool that waits until it is aborted. */
let waitBegins = (): void => undefined;
const waitBegan = new Promise<void>((resolve) => (waitBegins = resolve));
let waitEnds = (): void => undefined;
const waitEnded = new Promise<void>((resolve) => (waitEnds = resolve));
const waiting = tool('wait', {
  async run(_args, { signal }) {
    waitBegins();
    await once(signal, 'abort');
    waitEnds();
    return 'aborted';
  },
});

const calls = (...made: readonly (readonly [id: string, name: string])[]): Turn => ({
  toolCalls: made.map(([id, name]) => ({ id, name, args: {} })),
});

const LARGE = new Uint8Array(25_000_000);

const AGENTS = {
  plain: agentOf([calls(['1', 'look']), 'Done.'], [tool('look')]),
  asks: agentOf(
    [calls(['a', 'pay'], ['b', 'pay']), 'Paid.'],
    [tool('pay', { approval: true, effect: 'once' })],
  ),
  suspends: agentOf([calls(['s', 'ask']), 'Thanks.'], [tool('ask', { run: () => suspend() })]),
  fails: agentOf([{ fail: 'auth', after: 'half an ans', status: 401 }]),
  large: agentOf(
    [calls(['1', 'draw']), 'Drawn.'],
    [tool('draw', { run: () => [{ type: 'image', mediaType: 'image/png', bytes: LARGE }] })],
  ),
  killed: agentOf([calls(['1', 'ask']), 'Over.'], [tool('ask', { run: () => new Promise(() => undefined) })]),
  endless: agentOf([calls(['1', 'wait']), 'Over.'], [waiting]),
  wrong: agentOf([], [], { maxSteps: () => Number.NaN }),
  sides: agentOf(
    [calls(['1', 'look'], ['2', 'pay'], ['3', 'look'], ['4', 'pay']), 'Side by side.'],
    [counted('look', {}), counted('pay', { effect: 'once' })],
    { parallelTools: true },
  ),
};

describeWith('restate', 'an agent on Restate', () => {
  let restate: Restate;
  let server: Http2Server;
  const of = (name: keyof typeof AGENTS): RestateAgentClient =>
    restateAgentClient(name, { ingress: restate.ingress });
  /** As an operator does it. */
  const end = async (name: string, how: 'cancel' | 'kill'): Promise<void> => {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const query = `select id from sys_invocation where target_service_name = '${name}' and target_handler_name = 'run'`;
    const asked = await fetch(`${restate.admin}/query`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ query }),
    });
    const { rows } = (await asked.json()) as { readonly rows: readonly [{ readonly id: string }] };
    const { ok } = await fetch(`${restate.admin}/invocations/${rows[0].id}/${how}`, { method: 'PATCH' });
    expect(ok).toBe(true);
  };
  beforeAll(async () => {
    restate = await startRestate();
    const services = Object.entries(AGENTS).map(([name, agent]) => restateAgent(name, agent));
    server = createServer(createEndpointHandler({ services })).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await restate.register(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }, 60_000);
  afterAll(async () => {
    server.close();
    await restate.stop();
  });

  it('runs to its end under the id of the run, once however often it is started', async () => {
    const runs = of('plain');
    await runs.start('run-1', 'go');
    await runs.start('run-1', 'go');
    const { text, done, messages } = await runs.result('run-1');
    expect([text, done, JSON.stringify(messages).includes('look under run-1/1/1')]).toEqual([
      'Done.',
      'answered',
      true,
    ]);
    expect(await runs.awaiting('run-1')).toEqual([]);
  });

  it('waits for decisions, tells all calls of a step at once, and takes each in any order', async () => {
    const runs = of('asks');
    const waiting = runs.awaiting('run-1');
    await runs.start('run-1', 'go');
    expect((await waiting).map(({ id }) => id)).toEqual(['a', 'b']);
    await runs.decide('run-1', { callId: 'b', deny: 'too dear' });
    expect((await runs.awaiting('run-1')).map(({ id }) => id)).toEqual(['a']);
    await expect(runs.decide('run-1', { callId: 'b', approve: true })).rejects.toMatchObject({
      kind: 'invalid-request',
    });
    await runs.decide('run-1', { callId: 'a', approve: true });
    expect(await runs.awaiting('run-1')).toEqual([]);
    const told = JSON.stringify((await runs.result('run-1')).messages);
    expect([told.includes('pay under run-1/1/a'), told.includes('too dear')]).toEqual([true, true]);
  });

  it('refuses a decision that would end the run, and waits on', async () => {
    const runs = of('suspends');
    await runs.start('run-1', 'go');
    await runs.awaiting('run-1');
    for (const decision of [
      { callId: 's', approve: true },
      { callId: 'x', deny: 'no' },
      { callId: 's' },
      null,
    ])
      await expect(runs.decide('run-1', decision as never)).rejects.toMatchObject({
        kind: 'invalid-request',
      });
    await runs.decide('run-1', { callId: 's', result: '42' });
    expect((await runs.result('run-1')).text).toBe('Thanks.');
  });

  it('fails as the model did, with what had arrived, and is not tried again', async () => {
    const runs = of('fails');
    await runs.start('run-1', 'go');
    const error: unknown = await runs.result('run-1').catch((reason: unknown) => reason);
    expect(LlmError.is(error, 'auth') && [error.details.status, error.details.partial?.text]).toEqual([
      401,
      'half an ans',
    ]);
    expect(error).toMatchObject({
      message: 'run "run-1": the run ended in step 1: f/m failed as scripted: auth',
    });
    expect(await runs.awaiting('run-1')).toEqual([]);
  });

  it('fails by a rule of the agent that cannot be meant, and does not hang', async () => {
    await of('wrong').start('run-1', 'go');
    await expect(of('wrong').result('run-1')).rejects.toMatchObject({ kind: 'config' });
  });

  it('fails by an entry that Restate does not take, and does not try it again', async () => {
    await of('large').start('run-1', 'go');
    await expect(of('large').result('run-1')).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('"tool run-1/1/1" is 31.8 MiB as JSON'),
    });
  }, 60_000);

  it('that is cancelled in the middle of a step rejects with aborted, and ends what is under way', async () => {
    const runs = of('endless');
    await runs.start('run-1', 'go');
    await waitBegan;
    await end('endless', 'cancel');
    await expect(runs.result('run-1')).rejects.toMatchObject({ kind: 'aborted' });
    await waitEnded;
    expect(await runs.awaiting('run-1')).toEqual([]);
  });

  it('that was killed keeps nobody waiting', async () => {
    const runs = of('killed');
    const waiting = runs.awaiting('run-1');
    await runs.start('run-1', 'go');
    await end('killed', 'kill');
    await expect(runs.result('run-1')).rejects.toMatchObject({
      kind: 'aborted',
      message: 'run "run-1": killed',
    });
    expect(await waiting).toEqual([]);
  });

  it('runs tools side by side, each once', async () => {
    const runs = of('sides');
    await runs.start('run-1', 'go');
    const { text, messages } = await runs.result('run-1');
    expect([text, JSON.stringify(messages).includes('unknown')]).toEqual(['Side by side.', false]);
    const keys = ['1', '2', '3', '4'].map((id) => `run-1/1/${id}`);
    expect(begun.toSorted()).toEqual(keys);
  });

  it.each([
    ['run-9', {}],
    ['run-9', 7],
    ['', 'go'],
    ['a\0b', 'go'],
  ])('does not begin under %j with %j', async (runId, input) => {
    await expect(of('plain').start(runId, input as never)).rejects.toMatchObject({ kind: 'config' });
  });

  it('ends the waiting by a signal, and says when nobody is there', async () => {
    const controller = new AbortController();
    const waiting = of('asks').awaiting('never', { signal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ kind: 'aborted' });
    const nowhere = restateAgentClient('asks', { ingress: 'http://127.0.0.1:9' });
    await expect(nowhere.start('x', 'go')).rejects.toMatchObject({ kind: 'network' });
    await expect(
      restateAgentClient('nobody', { ingress: restate.ingress }).start('x', 'go'),
    ).rejects.toMatchObject({
      kind: 'not-found',
    });
  });
});
