import { createAgent, defineTool } from '@majordomo/agent';
import { createMajordomo, user } from '@majordomo/core';
import { createRedactor } from '@majordomo/redact';
import * as conventions136 from '@opentelemetry/semantic-conventions/incubating';
import { fakeProvider } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { dialectOf } from '../src/convention.ts';
import { providerName } from '../src/provider-name.ts';
import { watch, type Watch } from './support/recording.ts';

/**
 * Names of spans' attributes and of metrics, as model/gen-ai/spans.yaml and metrics.yaml of
 * open-telemetry/semantic-conventions-genai have them at 004902b8cb70aa5ae6ca4ae07132b7daabcd3e10, and general ones.
 */
const OF_2026_08 = new Set([
  'gen_ai.operation.name',
  'gen_ai.provider.name',
  'gen_ai.request.model',
  'error.type',
  'gen_ai.request.max_tokens',
  'gen_ai.request.temperature',
  'gen_ai.request.top_p',
  'gen_ai.request.top_k',
  'gen_ai.request.frequency_penalty',
  'gen_ai.request.presence_penalty',
  'gen_ai.request.seed',
  'gen_ai.request.stop_sequences',
  'gen_ai.request.choice.count',
  'gen_ai.request.stream',
  'gen_ai.request.reasoning.level',
  'gen_ai.output.type',
  'gen_ai.response.id',
  'gen_ai.response.finish_reasons',
  'gen_ai.response.time_to_first_chunk',
  'gen_ai.usage.input_tokens',
  'gen_ai.usage.output_tokens',
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.agent.name',
  'gen_ai.tool.name',
  'gen_ai.tool.type',
  'gen_ai.tool.call.id',
  'gen_ai.input.messages',
  'gen_ai.output.messages',
  'gen_ai.system_instructions',
  'gen_ai.tool.definitions',
  'gen_ai.tool.call.arguments',
  'gen_ai.tool.call.result',
  'gen_ai.token.type',
  'gen_ai.client.token.usage',
  'gen_ai.client.operation.duration',
  'gen_ai.client.operation.time_to_first_chunk',
  'gen_ai.client.operation.time_per_output_chunk',
  'gen_ai.invoke_agent.duration',
  'gen_ai.execute_tool.duration',
  'http.response.status_code',
]);

/**
 * Names of 0.1, as docs/gen-ai/non-normative/migration.md of the same repository at 32c328e85013588c6fe32ebc30934ab5b1752b6a describes
 * the changes.
 */
const OF_0_1 = new Set(
  [
    ...OF_2026_08,
    'gen_ai.usage.cache_write.input_tokens',
    'gen_ai.client.inference.duration',
    'gen_ai.client.inference.time_to_first_chunk',
    'gen_ai.client.inference.time_per_output_chunk',
    'gen_ai.client.inference.usage.input_tokens',
    'gen_ai.client.inference.usage.output_tokens',
    'gen_ai.client.inference.usage.cache_read.input_tokens',
    'gen_ai.client.inference.usage.cache_write.input_tokens',
    'gen_ai.client.inference.usage.reasoning.output_tokens',
    'gen_ai.client.inference.operation.input_tokens',
    'gen_ai.client.inference.operation.output_tokens',
    'gen_ai.invoke_agent.inference_calls',
    'gen_ai.invoke_agent.tool_calls',
  ].filter(
    (name) =>
      !name.startsWith('gen_ai.client.operation.') &&
      ![
        'gen_ai.usage.cache_creation.input_tokens',
        'gen_ai.client.token.usage',
        'gen_ai.token.type',
      ].includes(name),
  ),
);

/** Names of 1.36, as OpenTelemetry publishes them. */
const OF_1_36 = new Set<string>(Object.values(conventions136).filter((name) => typeof name === 'string'));

const parameters = { type: 'object' } as const;
const lookTool = defineTool({ name: 'look', description: 'looks', parameters, run: () => 'found' });
const usage = { input: 5, output: 4, cacheRead: 3, cacheWrite: 2, reasoning: 1 };

/** Returns all names that are written with every option. */
async function writtenNames(telemetry: Watch): Promise<ReadonlySet<string>> {
  const turns = [
    { toolCalls: [{ name: 'look', args: {} }], usage },
    { text: 'ok', usage },
    { fail: 'auth' as const },
  ];
  const fake = fakeProvider({ id: 'f', models: { m: turns } });
  const model = createMajordomo({ providers: [fake], ...telemetry.majordomo }).model('f/m');
  const settings = { temperature: 0, topP: 1, topK: 4, seed: 1, stop: ['x'], reasoning: 'low' as const };
  const penalties = { frequencyPenalty: 0.5, presencePenalty: 0.5, maxTokens: 9, instructions: 'Be brief.' };
  const agent = createAgent({ model, tools: [lookTool], ...settings, ...penalties, ...telemetry.agent('a') });
  for await (const _event of agent.stream('go'));
  await model.generate({ messages: [user('hi')] }).catch(() => undefined);
  const spans = await telemetry.spans();
  const metrics = await telemetry.metrics();
  return new Set([
    ...spans.flatMap(({ attributes, events }) => [
      ...Object.keys(attributes),
      ...events.flatMap((event) => [event.name, ...Object.keys(event.attributes ?? {})]),
    ]),
    ...metrics.flatMap(({ name, attributes }) => [name, ...Object.keys(attributes)]),
  ]);
}

const unregistered = (names: ReadonlySet<string>, registry: ReadonlySet<string>): string[] =>
  [...names].filter((name) => !name.startsWith('majordomo.') && !registry.has(name));

describe('names', () => {
  it('are those of the pinned commit, or begin with majordomo', async () => {
    const names = await writtenNames(watch({ content: createRedactor() }));
    expect(unregistered(names, OF_2026_08)).toEqual([]);
    expect([...OF_2026_08].filter((name) => !names.has(name)).toSorted()).toEqual([
      'gen_ai.output.type',
      'gen_ai.request.choice.count',
      'http.response.status_code',
    ]);
  });

  it('of 0.1 are those of its migration guide', async () => {
    const names = await writtenNames(watch({ content: createRedactor(), convention: '0.1' }));
    expect(unregistered(names, OF_0_1)).toEqual([]);
    expect([...OF_0_1].filter((name) => !names.has(name)).toSorted()).toEqual([
      'gen_ai.output.type',
      'gen_ai.request.choice.count',
      'http.response.status_code',
    ]);
  });

  it('of the duration of an embedding remain in 0.1', async () => {
    const telemetry = watch({ convention: '0.1' });
    const fake = fakeProvider({ id: 'f', models: {}, embeddings: { m: [{ vectors: [[1, 0]] }] } });
    const majordomo = createMajordomo({ providers: [fake], ...telemetry.majordomo });
    await majordomo.embeddingModel('f/m').embed({ values: ['a'] });
    const names = (await telemetry.metrics()).map(({ name }) => name);
    expect(names).toContain('gen_ai.client.operation.duration');
    expect(names.filter((name) => name.startsWith('gen_ai.client.inference.'))).toEqual([]);
  });

  it('of 1.36 are those that OpenTelemetry published for 1.36', async () => {
    const names = await writtenNames(watch({ convention: '1.36' }));
    expect(unregistered(names, OF_1_36)).toEqual([]);
    expect(names).toContain('gen_ai.system');
    expect([...names].filter((name) => OF_1_36.has(name) && name.startsWith('gen_ai.usage'))).toHaveLength(2);
  });

  it.each([
    ['openai', 'openai'],
    ['amazon-bedrock', 'aws.bedrock'],
    ['azure', 'azure.ai.openai'],
    ['google', 'gcp.gemini'],
    ['google-vertex', 'gcp.vertex_ai'],
    ['mistral', 'mistral_ai'],
    ['moonshotai', 'moonshot_ai'],
    ['xai', 'x_ai'],
    ['groq', 'groq'],
    ['my-gateway', 'my-gateway'],
    [undefined, 'mine'],
  ])('name the vendor %s as %s', (vendor, expected) => {
    expect(providerName(vendor, 'mine/some/model')).toBe(expected);
  });

  it('of vendors differ in 1.36 for xAI only', () => {
    const { attributes } = dialectOf('1.36');
    const systemOf = (vendor: string) => attributes({ 'gen_ai.provider.name': providerName(vendor, 'a/b') });
    expect(systemOf('xai')).toEqual({ 'gen_ai.system': 'xai' });
    for (const vendor of ['amazon-bedrock', 'azure', 'google', 'google-vertex', 'mistral', 'cohere'])
      expect(OF_1_36).toContain(systemOf(vendor)['gen_ai.system']);
  });
});

it('writes no unknown usage', async () => {
  const telemetry = watch();
  const fake = fakeProvider({ id: 'f', models: { m: ['ok'] } });
  const model = createMajordomo({ providers: [fake], ...telemetry.majordomo }).model('f/m');
  await model.generate({ messages: [user('hi')] });
  const names = (await telemetry.spans()).flatMap(({ attributes }) => Object.keys(attributes));
  expect(names.filter((name) => name.includes('usage'))).toEqual([]);
});
