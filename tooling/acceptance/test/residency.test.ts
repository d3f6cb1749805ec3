import { connect, createServer, type AddressInfo } from 'node:net';
import { pipeline } from 'node:stream';
import { agentTool, createAgent } from '@majordomo/agent';
import { createBatches, type ItemResult, type LiveOptions } from '@majordomo/batch';
import { startBatchServer, type BatchServer, type BatchServerOptions } from '@majordomo/conformance';
import { createCompactor } from '@majordomo/context';
import {
  assistant,
  createMajordomo,
  LlmError,
  user,
  type Gate,
  type Majordomo,
  type Message,
} from '@majordomo/core';
import { guarded, judge, residency } from '@majordomo/guards';
import { createOpenAI, openaiCompatible } from '@majordomo/provider-openai';
import { expect, it, onTestFinished } from 'vitest';
import { countingServer, type CountingServer } from '../src/counting-server.ts';

async function startRegions(): Promise<{ majordomo: Majordomo; near: CountingServer; far: CountingServer }> {
  const [near, far] = [await countingServer(), await countingServer()];
  onTestFinished(async () => {
    await Promise.all([near.close(), far.close()]);
  });
  const provider = (id: string, { origin }: CountingServer, region: string) =>
    openaiCompatible({ id, baseURL: origin }, { baseURL: `${origin}/v1`, data: { region } });
  const majordomo = createMajordomo({
    providers: [provider('near', near, 'eu'), provider('far', far, 'us')],
    gates: [residency({ allow: ['eu'] })],
    chain: { attempts: 1 },
  });
  return { majordomo, near, far };
}

it('opens no connection to a summarizer in a denied region, and uses its fallback', async () => {
  const { majordomo, near, far } = await startRegions();
  const messages: readonly Message[] = Array.from({ length: 20 }, (_, at) =>
    at % 2 === 0 ? user(`question ${at} `.repeat(200)) : assistant(`answer ${at} `.repeat(200)),
  );
  const compact = (spec: string) =>
    createCompactor({ summarizer: majordomo.model(spec), contextTokens: 4000 }).run(messages);
  const denied = await compact('far/m');
  expect(denied).toMatchObject({ skipped: 'failed' });
  expect(near.connections()).toBe(0);
  const { lineage } = await compact('far/m,near/m');
  expect(lineage).toBeDefined();
  expect([near.requests.length, far.connections()]).toEqual([1, 0]);
});

it('opens no connection to a judge in a denied region, and denies the call', async () => {
  const { majordomo, near, far } = await startRegions();
  const check = judge(majordomo.model('far/m'), { name: 'policy', policy: 'no jokes' });
  const model = guarded(majordomo.model('near/m'), { input: [check] });
  const error: unknown = await model.generate({ messages: [user('hi')] }).catch((thrown: unknown) => thrown);
  expect(LlmError.is(error, 'denied') && error.details.code).toBe('policy');
  expect([near.connections(), far.connections()]).toEqual([0, 0]);
});

it('opens no connection to a sub-agent in a denied region, and its caller continues', async () => {
  const { majordomo, near, far } = await startRegions();
  const other = createAgent({ model: majordomo.model('far/m') });
  const tool = agentTool({ agent: other, name: 'other', description: 'Asks another agent' });
  const { signal } = new AbortController();
  const context = {
    signal,
    callId: 'c',
    key: 'k',
    context: undefined,
    options: {},
    depth: 0,
    spend: () => undefined,
    call: () => Promise.reject(new Error('the tool calls no other tool')),
  };
  await expect(tool.run({ task: 'hi' } as never, context)).rejects.toThrow('its region is us');
  const run = await createAgent({ model: majordomo.model('near/m'), tools: [tool] }).run('hi');
  expect(run.text).toContain('Hello');
  expect([near.requests.length, far.connections()]).toEqual([1, 0]);
});

/** Batch server whose connections are counted, because they pass through a forwarder. */
async function countedBatchServer(
  options: BatchServerOptions = {},
): Promise<{ readonly server: BatchServer; readonly baseURL: string; connections(): number }> {
  const server = await startBatchServer(options);
  const { port } = new URL(server.url);
  let connections = 0;
  const forwarder = createServer((client) => {
    connections++;
    pipeline(client, connect(Number(port), '127.0.0.1'), client, () => undefined);
  });
  await new Promise<void>((resolve) => forwarder.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    forwarder.close();
    await server.close();
  });
  const { port: ownPort } = forwarder.address() as AddressInfo;
  return { server, baseURL: `http://127.0.0.1:${ownPort}/v1`, connections: () => connections };
}

/** Runs a job of two items with a target in the US, then with one in the EU. Item `b` fails by batch in the EU. */
async function runJob(gates: readonly Gate[], live?: LiveOptions) {
  const near = await countedBatchServer({
    answer: ({ id, text }) =>
      id !== undefined && text === 'b' ? { failure: 'rate-limit' } : `near: ${text}`,
  });
  const far = await countedBatchServer({ answer: ({ text }) => `far: ${text}` });
  const majordomo = createMajordomo({
    providers: [
      createOpenAI({ id: 'far', apiKey: 'key', baseURL: far.baseURL, data: { region: 'us' } }),
      createOpenAI({ id: 'near', apiKey: 'key', baseURL: near.baseURL, data: { region: 'eu' } }),
    ],
    gates,
    chain: { attempts: 1 },
  });
  const job = await createBatches({ majordomo }).submit({
    key: 'job',
    spec: 'far/gpt-4.1,near/gpt-4.1',
    items: ['a', 'b'].map((id) => ({ id, request: { messages: [user(id)] } })),
    live,
  });
  let state = 'running';
  for (let polls = 0; state !== 'done' && polls < 50; polls++) ({ state } = await job.poll());
  const results: ItemResult[] = [];
  for await (const result of job.results()) results.push(result);
  return { near, far, results };
}

const summaryOf = ({ id, target, via, response, error }: ItemResult): readonly unknown[] => [
  id,
  target,
  via,
  response !== undefined && 'text' in response ? response.text : error?.kind,
];

it('opens no connection for a batch job to a denied region, and sends its items to the next target', async () => {
  const gated = await runJob([residency({ allow: ['eu'] })], { when: 'failed' });
  expect(gated.results.map(summaryOf)).toEqual([
    ['a', 'near/gpt-4.1', 'batch', 'near: a'],
    ['b', 'near/gpt-4.1', 'live', 'near: b'],
  ]);
  expect(gated.far.connections()).toBe(0);
  const open = await runJob([]);
  expect(open.results.map(summaryOf)).toEqual([
    ['a', 'far/gpt-4.1', 'batch', 'far: a'],
    ['b', 'far/gpt-4.1', 'batch', 'far: b'],
  ]);
  expect(open.far.connections()).toBeGreaterThan(0);
});

it('rejects the items of a batch job with denied if every region is denied', async () => {
  const { near, far, results } = await runJob([residency({ allow: ['ch'] })]);
  expect(results.map(({ error }) => [error?.kind, error?.details.code])).toEqual([
    ['denied', 'residency'],
    ['denied', 'residency'],
  ]);
  expect([near.connections(), far.connections()]).toEqual([0, 0]);
});
