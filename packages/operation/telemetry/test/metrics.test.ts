import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import type { SpendRecord } from '@majordomo/ledger';
import { usageOf } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { watch, type Metric, type Watch } from './support/recording.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const request = { messages: [user('hi')] };
const usage = usageOf({ input: 120, output: 31 });

/** Creates a fake model with a manual clock. */
function setUpModel(turns: readonly Turn[], telemetry: Watch, isNonStreaming = false) {
  const clock = fakeClock();
  const fake = fakeProvider({ id: 'f', models: { m: turns }, clock, isNonStreaming });
  const majordomo = createMajordomo({ providers: [fake], clock, random: () => 0, ...telemetry.majordomo });
  return { clock, model: majordomo.model('f/m'), majordomo };
}

const metricsNamed = async (telemetry: Watch, name: string): Promise<readonly Metric[]> =>
  (await telemetry.metrics()).filter((metric) => metric.name === name);

const chatAttributes = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'f',
  'gen_ai.request.model': 'm',
};

it('measures the duration of an attempt by the clock of the call, with the buckets of the conventions', async () => {
  const telemetry = watch();
  const { clock, model } = setUpModel([{ text: 'ok', delayMs: 2500, usage }], telemetry);
  const response = model.generate(request);
  await clock.advance(2500);
  await response;
  expect(await metricsNamed(telemetry, 'gen_ai.client.operation.duration')).toEqual([
    {
      name: 'gen_ai.client.operation.duration',
      unit: 's',
      attributes: chatAttributes,
      value: { count: 1, sum: 2.5, buckets: SECONDS },
    },
  ]);
});

it('measures a failed attempt with the kind of its error', async () => {
  const telemetry = watch();
  const { clock, model } = setUpModel([{ fail: 'overloaded', delayMs: 40 }, 'ok'], telemetry);
  const response = model.generate(request);
  await clock.advance(10_000);
  await response;
  const metrics = await metricsNamed(telemetry, 'gen_ai.client.operation.duration');
  expect(metrics.map(({ attributes }) => attributes)).toEqual([
    { ...chatAttributes, 'error.type': 'overloaded' },
    chatAttributes,
  ]);
});

it('counts input and output tokens, and nothing without usage of the vendor', async () => {
  const telemetry = watch();
  const { clock, model } = setUpModel([{ text: 'ok', usage }, 'ok'], telemetry);
  await Promise.all([model.generate(request), clock.advance(10)]);
  await Promise.all([model.generate(request), clock.advance(10)]);
  const metrics = await metricsNamed(telemetry, 'gen_ai.client.token.usage');
  expect(metrics.map(({ attributes, value }) => [attributes['gen_ai.token.type'], value])).toEqual([
    ['input', { count: 1, sum: 120, buckets: expect.arrayContaining([1, 67_108_864]) as number[] }],
    ['output', { count: 1, sum: 31, buckets: expect.any(Array) as number[] }],
  ]);
});

it('measures the first chunk of a stream, and the mean of the others', async () => {
  const telemetry = watch();
  const { clock, model } = setUpModel(
    [
      { text: 'abcdef', chunks: 3, delayMs: 500, everyMs: 3000, usage },
      { text: 'ok', usage },
    ],
    telemetry,
  );
  const stream = model.stream(request);
  const response = stream.response();
  await clock.advance(10_000);
  await response;
  const first = await metricsNamed(telemetry, 'gen_ai.client.operation.time_to_first_chunk');
  expect(first.map(({ value }) => value)).toEqual([{ count: 1, sum: 0.5, buckets: SECONDS }]);
  const others = await metricsNamed(telemetry, 'gen_ai.client.operation.time_per_output_chunk');
  expect(others.map(({ value }) => value)).toEqual([{ count: 1, sum: 0.1, buckets: SECONDS }]);
});

it('measures no chunks of a non-streaming response', async () => {
  const telemetry = watch();
  const { model } = setUpModel([{ text: 'ok', usage }], telemetry, true);
  await model.generate(request);
  const names = (await telemetry.metrics()).map(({ name }) => name);
  expect(names.filter((name) => name.includes('chunk'))).toEqual([]);
  const chat = (await telemetry.spans()).find(({ name }) => name === 'chat m');
  expect(Object.keys(chat?.attributes ?? {}).filter((key) => /stream|chunk/.test(key))).toEqual([]);
});

it('measures runs and tools', async () => {
  const telemetry = watch();
  const { model } = setUpModel(
    [
      {
        toolCalls: [
          { name: 'look', args: {} },
          { name: 'break', args: {} },
        ],
      },
      'ok',
      { fail: 'auth' },
    ],
    telemetry,
  );
  const parameters = { type: 'object' } as const;
  const tools = [
    defineTool({ name: 'look', description: 'looks', parameters, run: () => 'found' }),
    defineTool({
      name: 'break',
      description: 'breaks',
      parameters,
      run: () => Promise.reject(new Error('no')),
    }),
  ];
  const agent = createAgent({ model, tools, ...telemetry.agent('support') });
  await agent.run('go');
  await agent.run('go').catch(() => undefined);
  const runs = await metricsNamed(telemetry, 'gen_ai.invoke_agent.duration');
  expect(runs.map(({ attributes }) => attributes)).toEqual([
    { 'gen_ai.agent.name': 'support' },
    { 'gen_ai.agent.name': 'support', 'error.type': 'auth' },
  ]);
  const toolAttributes = { 'gen_ai.agent.name': 'support', 'gen_ai.tool.type': 'function' };
  const toolMetrics = await metricsNamed(telemetry, 'gen_ai.execute_tool.duration');
  expect(toolMetrics.map(({ attributes }) => attributes)).toEqual([
    { ...toolAttributes, 'gen_ai.tool.name': 'look' },
    { ...toolAttributes, 'gen_ai.tool.name': 'break', 'error.type': 'tool-error' },
  ]);
  expect(runs[0]?.value).toMatchObject({
    buckets: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
  });
});

it('counts the requests to models and the tool calls of each run', async () => {
  const telemetry = watch({ convention: '0.1' });
  const lookCall = { name: 'look', args: {} };
  const askCall = { name: 'ask', args: {} };
  const { model } = setUpModel(
    [{ toolCalls: [lookCall, askCall] }, { toolCalls: [lookCall] }, 'help', 'done', { fail: 'auth' }],
    telemetry,
  );
  const parameters = { type: 'object' } as const;
  const look = defineTool({ name: 'look', description: 'looks', parameters, run: () => 'found' });
  const inner = createAgent({ model, tools: [look], ...telemetry.agent('inner') });
  const ask = defineTool({
    name: 'ask',
    description: 'asks',
    parameters,
    run: async () => (await inner.run('help')).text,
  });
  const outer = createAgent({ model, tools: [look, ask], ...telemetry.agent('outer') });
  await outer.run('go');
  await outer.run('go').catch(() => undefined);
  const count = async (name: string) =>
    (await metricsNamed(telemetry, `gen_ai.invoke_agent.${name}`)).map(({ attributes, value }) => [
      attributes,
      value,
    ]);
  const buckets = [1, 2, 4, 8, 16, 32, 64, 128];
  const agent = (name: string) => ({ 'gen_ai.agent.name': name });
  expect(await count('inference_calls')).toEqual([
    [agent('inner'), { count: 1, sum: 2, buckets }],
    [agent('outer'), { count: 2, sum: 3, buckets }],
  ]);
  expect(await count('tool_calls')).toEqual([
    [agent('inner'), { count: 1, sum: 1, buckets }],
    [agent('outer'), { count: 2, sum: 2, buckets }],
  ]);
});

it('accepts at most 100 tool names, because a model can invent names', async () => {
  const telemetry = watch();
  const toolCalls = Array.from({ length: 130 }, (_, n) => ({ id: `c${n}`, name: `made_up_${n}`, args: {} }));
  const { model } = setUpModel([{ toolCalls }, 'ok'], telemetry);
  await createAgent({ model, ...telemetry.agent('support') }).run('go');
  const toolMetrics = await metricsNamed(telemetry, 'gen_ai.execute_tool.duration');
  expect(toolMetrics).toHaveLength(101);
  expect(toolMetrics.at(-1)?.attributes['gen_ai.tool.name']).toBe('_OTHER');
  expect(toolMetrics.at(-1)?.value).toMatchObject({ count: 30 });
});

it('reports the state of a target that is benched, probed and healthy again', async () => {
  const telemetry = watch();
  const { clock, model } = setUpModel([{ fail: 'overloaded' }, { fail: 'overloaded' }, 'ok'], telemetry);
  const state = async () =>
    (await metricsNamed(telemetry, 'majordomo.target.state')).map(({ attributes, value }) => [
      attributes,
      value,
    ]);
  const target = { 'majordomo.target': 'f/m' };
  const response = model.generate(request).catch(() => undefined);
  await clock.advance(1000);
  await response;
  expect(await state()).toEqual([[target, 2]]);
  await clock.advance(10_000);
  await Promise.all([model.generate(request), clock.advance(10)]);
  expect(await state()).toEqual([[target, 0]]);
});

it('adds up the costs of a ledger, without records of unknown cost', async () => {
  const telemetry = watch();
  const record = {
    id: 'c/f/m/1',
    at: '2026-11-20T10:00:00.000Z',
    call: 'c',
    operation: 'chat',
    target: 'f/m',
    vendor: 'xai',
    model: 'grok',
    name: undefined,
    tenant: 'acme',
    tags: {},
    outcome: 'finished',
    ms: 1,
    usage: undefined,
    nanoUsd: '1500',
    basis: 'catalog',
    missing: [],
    catalog: '2026-11-20',
  } as unknown as SpendRecord;
  telemetry.onRecord(record);
  telemetry.onRecord({ ...record, nanoUsd: undefined });
  telemetry.onRecord({ ...record, nanoUsd: '500' });
  expect(await metricsNamed(telemetry, 'majordomo.cost')).toEqual([
    {
      name: 'majordomo.cost',
      unit: '{nUSD}',
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'x_ai',
        'gen_ai.request.model': 'grok',
      },
      value: 2000,
    },
  ]);
});

it.each([false, true])('has the tenant on metrics only with tenantMetric: %s', async (tenantMetric) => {
  const telemetry = watch({ tenantMetric });
  const { clock, model } = setUpModel([{ text: 'ok', usage }], telemetry);
  await Promise.all([model.generate(request, { tenant: 'acme' }), clock.advance(10)]);
  const tenants = (await telemetry.metrics()).map(({ attributes }) => attributes['majordomo.tenant']);
  expect(tenants).toEqual(Array(5).fill(tenantMetric ? 'acme' : undefined));
});

it('names the model that answered in metrics', async () => {
  const telemetry = watch();
  const { model } = setUpModel([{ text: 'ok', usage, model: 'm-2026-03-05' }], telemetry);
  await model.generate(request);
  const [duration] = await metricsNamed(telemetry, 'gen_ai.client.operation.duration');
  expect(duration?.attributes).toEqual({ ...chatAttributes, 'gen_ai.response.model': 'm-2026-03-05' });
  const tokens = await metricsNamed(telemetry, 'gen_ai.client.token.usage');
  expect(tokens.map(({ attributes }) => attributes['gen_ai.response.model'])).toEqual([
    'm-2026-03-05',
    'm-2026-03-05',
  ]);
});
