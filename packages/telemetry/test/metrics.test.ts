import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider, type Turn } from '@majordomo/testing';
import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { watch, type Metric, type Watch } from './support/recording.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const request = { messages: [user('hi')] };
const usage = {
  input: 120,
  output: 31,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};

/** Fake model with a manual clock. */
function world(turns: readonly Turn[], telemetry: Watch, isNonStreaming = false) {
  const clock = fakeClock();
  const fake = fakeProvider({ id: 'f', models: { m: turns }, clock, isNonStreaming });
  const majordomo = createMajordomo({ providers: [fake], clock, random: () => 0, ...telemetry.majordomo });
  return { clock, model: majordomo.model('f/m'), majordomo };
}

const named = async (telemetry: Watch, name: string): Promise<readonly Metric[]> =>
  (await telemetry.metrics()).filter((metric) => metric.name === name);

const who = { 'gen_ai.operation.name': 'chat', 'gen_ai.provider.name': 'f', 'gen_ai.request.model': 'm' };

it('measures how long an attempt took, by the clock of the call and with the buckets of the conventions', async () => {
  const telemetry = watch();
  const { clock, model } = world([{ text: 'ok', delayMs: 2500, usage }], telemetry);
  const answer = model.generate(request);
  await clock.advance(2500);
  await answer;
  expect(await named(telemetry, 'gen_ai.client.operation.duration')).toEqual([
    {
      name: 'gen_ai.client.operation.duration',
      unit: 's',
      attributes: who,
      value: { count: 1, sum: 2.5, buckets: SECONDS },
    },
  ]);
});

it('measures an attempt that failed with the kind of its error', async () => {
  const telemetry = watch();
  const { clock, model } = world([{ fail: 'overloaded', delayMs: 40 }, 'ok'], telemetry);
  const answer = model.generate(request);
  await clock.advance(10_000);
  await answer;
  const found = await named(telemetry, 'gen_ai.client.operation.duration');
  expect(found.map(({ attributes }) => attributes)).toEqual([{ ...who, 'error.type': 'overloaded' }, who]);
});

it('counts tokens in and out, and nothing where the vendor said nothing', async () => {
  const telemetry = watch();
  const { clock, model } = world([{ text: 'ok', usage }, 'ok'], telemetry);
  await Promise.all([model.generate(request), clock.advance(10)]);
  await Promise.all([model.generate(request), clock.advance(10)]);
  const found = await named(telemetry, 'gen_ai.client.token.usage');
  expect(found.map(({ attributes, value }) => [attributes['gen_ai.token.type'], value])).toEqual([
    ['input', { count: 1, sum: 120, buckets: expect.arrayContaining([1, 67_108_864]) as number[] }],
    ['output', { count: 1, sum: 31, buckets: expect.any(Array) as number[] }],
  ]);
});

it('measures the first chunk of a stream, and the mean of the others', async () => {
  const telemetry = watch();
  const { clock, model } = world(
    [
      { text: 'abcdef', chunks: 3, delayMs: 500, everyMs: 3000, usage },
      { text: 'ok', usage },
    ],
    telemetry,
  );
  const stream = model.stream(request);
  const read = stream.response();
  await clock.advance(10_000);
  await read;
  const first = await named(telemetry, 'gen_ai.client.operation.time_to_first_chunk');
  expect(first.map(({ value }) => value)).toEqual([{ count: 1, sum: 0.5, buckets: SECONDS }]);
  const others = await named(telemetry, 'gen_ai.client.operation.time_per_output_chunk');
  expect(others.map(({ value }) => value)).toEqual([{ count: 1, sum: 0.1, buckets: SECONDS }]);
});

it('measures no chunk of an answer that was asked for in one piece', async () => {
  const telemetry = watch();
  const { model } = world([{ text: 'ok', usage }], telemetry, true);
  await model.generate(request);
  const names = (await telemetry.metrics()).map(({ name }) => name);
  expect(names.filter((name) => name.includes('chunk'))).toEqual([]);
  const chat = (await telemetry.spans()).find(({ name }) => name === 'chat m');
  expect(Object.keys(chat?.attributes ?? {}).filter((key) => /stream|chunk/.test(key))).toEqual([]);
});

it('measures runs and tools', async () => {
  const telemetry = watch();
  const { model } = world(
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
    defineTool({ name: 'look', description: 'looks', parameters, run: () => 'seen' }),
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
  const runs = await named(telemetry, 'gen_ai.invoke_agent.duration');
  expect(runs.map(({ attributes }) => attributes)).toEqual([
    { 'gen_ai.agent.name': 'support' },
    { 'gen_ai.agent.name': 'support', 'error.type': 'auth' },
  ]);
  const own = { 'gen_ai.agent.name': 'support', 'gen_ai.tool.type': 'function' };
  const ran = await named(telemetry, 'gen_ai.execute_tool.duration');
  expect(ran.map(({ attributes }) => attributes)).toEqual([
    { ...own, 'gen_ai.tool.name': 'look' },
    { ...own, 'gen_ai.tool.name': 'break', 'error.type': 'tool-error' },
  ]);
  expect(runs[0]?.value).toMatchObject({
    buckets: [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 51.2, 102.4, 204.8, 409.6],
  });
});

it('takes no more than a hundred names of tools: a model may make up any', async () => {
  const telemetry = watch();
  const made = Array.from({ length: 130 }, (_, n) => ({ id: `c${n}`, name: `made_up_${n}`, args: {} }));
  const { model } = world([{ toolCalls: made }, 'ok'], telemetry);
  await createAgent({ model, ...telemetry.agent('support') }).run('go');
  const ran = await named(telemetry, 'gen_ai.execute_tool.duration');
  expect(ran).toHaveLength(101);
  expect(ran.at(-1)?.attributes['gen_ai.tool.name']).toBe('_OTHER');
  expect(ran.at(-1)?.value).toMatchObject({ count: 30 });
});

it('tells the state of a target: benched, probed, healthy again', async () => {
  const telemetry = watch();
  const { clock, model } = world([{ fail: 'overloaded' }, { fail: 'overloaded' }, 'ok'], telemetry);
  const state = async () =>
    (await named(telemetry, 'majordomo.target.state')).map(({ attributes, value }) => [attributes, value]);
  const target = { 'majordomo.target': 'f/m' };
  const answer = model.generate(request).catch(() => undefined);
  await clock.advance(1000);
  await answer;
  expect(await state()).toEqual([[target, 2]]);
  await clock.advance(10_000);
  await Promise.all([model.generate(request), clock.advance(10)]);
  expect(await state()).toEqual([[target, 0]]);
});

it('adds up what a ledger books, and nothing where the cost is not known', async () => {
  const telemetry = watch();
  const record = {
    ...{ id: 'c/f/m/1', at: '2026-11-20T10:00:00.000Z', call: 'c', operation: 'chat' },
    ...{ target: 'f/m', vendor: 'xai', model: 'grok', name: undefined, tenant: 'acme', tags: {} },
    ...{ outcome: 'finished', ms: 1, usage: undefined, nanoUsd: '1500', basis: 'catalog' },
    ...{ missing: [], catalog: '2026-11-20' },
  } as unknown as SpendRecord;
  telemetry.onRecord(record);
  telemetry.onRecord({ ...record, nanoUsd: undefined });
  telemetry.onRecord({ ...record, nanoUsd: '500' });
  expect(await named(telemetry, 'majordomo.cost')).toEqual([
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

it.each([false, true])('has the tenant on metrics only where asked for: %s', async (tenantMetric) => {
  const telemetry = watch({ tenantMetric });
  const { clock, model } = world([{ text: 'ok', usage }], telemetry);
  await Promise.all([model.generate(request, { tenant: 'acme' }), clock.advance(10)]);
  const tenants = (await telemetry.metrics()).map(({ attributes }) => attributes['majordomo.tenant']);
  expect(tenants).toEqual(Array(5).fill(tenantMetric ? 'acme' : undefined));
});
