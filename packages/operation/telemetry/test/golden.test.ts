import { createAgent, defineTool } from '@majordomo/agent';
import {
  createMajordomo,
  LlmError,
  user,
  type ChatStream,
  type JsonObject,
  type Majordomo,
} from '@majordomo/core';
import { SpanKind } from '@opentelemetry/api';
import { createOpenAI } from '@majordomo/provider-openai';
import { testServer } from '@majordomo/test-support';
import { expect, it } from 'vitest';
import { createTestClient, type TestClient, type Scripts } from './support/fixture.ts';
import { tree, watch } from './support/recording.ts';

const HEAD = 'openai/gpt-4o';
const BOTH = 'openai/gpt-4o,anthropic/claude-sonnet-5';
const request = { messages: [user('Who is there?')], maxTokens: 100 };
const LONG = 'A butler is a servant who runs the house.';

const errorKindOf = (error: unknown): unknown => (LlmError.is(error) ? error.kind : error);

async function drain(stream: ChatStream): Promise<void> {
  for await (const _event of stream);
}

interface SpanCase {
  readonly scripts: Scripts;
  run(client: TestClient): Promise<unknown>;
}

const SPAN_CASES: Readonly<Record<string, SpanCase>> = {
  success: {
    scripts: { openai: ['I am.'] },
    run: ({ majordomo }) =>
      majordomo
        .model(HEAD)
        .generate({ ...request, temperature: 0.2, topP: 0.9, seed: 7, stop: ['END'] }, { tenant: 'acme' }),
  },
  'success of a stream': {
    scripts: { anthropic: [LONG] },
    run: ({ majordomo }) => drain(majordomo.model('anthropic/claude-sonnet-5').stream(request)),
  },
  retry: {
    scripts: { openai: [{ failure: 'overloaded' }, 'I am.'] },
    run: ({ majordomo }) => majordomo.model(HEAD).generate(request),
  },
  failover: {
    scripts: {
      openai: [{ failure: 'overloaded' }, { failure: 'overloaded' }],
      anthropic: ['I am here.'],
    },
    run: ({ majordomo }) => majordomo.model(BOTH).generate(request),
  },
  skip: {
    scripts: { anthropic: ['I am here.'] },
    async run({ majordomo }) {
      majordomo.health.bench(HEAD, 60_000);
      await majordomo.model(BOTH).generate(request);
    },
  },
  probe: {
    scripts: { openai: ['I am.'] },
    async run({ majordomo }) {
      majordomo.health.bench(HEAD, 60_000);
      await majordomo.model(HEAD).generate(request);
    },
  },
  'reset in mid-stream': {
    scripts: { openai: [{ fault: 'cut', at: { content: 3 }, answer: LONG }], anthropic: [LONG] },
    run: ({ majordomo }) =>
      drain(majordomo.model(BOTH).stream(request, { afterCommit: 'restart', attempts: 1 })),
  },
  continuation: {
    scripts: {
      openai: [{ fault: 'cut', at: { content: 30 }, answer: LONG }],
      anthropic: [' runs the house.'],
    },
    run: ({ majordomo }) =>
      drain(majordomo.model(BOTH).stream(request, { afterCommit: 'continue', attempts: 1 })),
  },
  'failure after the first words': {
    scripts: { openai: [{ fault: 'cut', at: { content: 3 }, answer: LONG }] },
    run: ({ majordomo }) => drain(majordomo.model(HEAD).stream(request)).catch(errorKindOf),
  },
  'failure of the request': {
    scripts: { openai: [{ failure: 'auth' }] },
    run: ({ majordomo }) => majordomo.model(HEAD).generate(request).catch(errorKindOf),
  },
  'failure before any target': {
    scripts: {},
    run: ({ majordomo }) => majordomo.model('nobody/x').generate(request).catch(errorKindOf),
  },
  'all targets failed': {
    scripts: { openai: [{ failure: 'server' }], anthropic: [{ failure: 'server' }] },
    run: ({ majordomo }) => majordomo.model(BOTH).generate(request, { attempts: 1 }).catch(errorKindOf),
  },
  abandon: {
    scripts: { openai: [{ fault: 'stall', at: { content: 3 }, answer: LONG }] },
    async run({ majordomo }) {
      for await (const event of majordomo.model(HEAD).stream(request)) if (event.type === 'text-delta') break;
    },
  },
  abort: {
    scripts: { openai: [{ fault: 'stall' }] },
    async run({ majordomo, openai }) {
      const ending = new AbortController();
      const answer = majordomo.model(HEAD).generate(request, { signal: ending.signal });
      await openai.request(0);
      ending.abort();
      await answer.catch(errorKindOf);
    },
  },
  hedge: {
    scripts: { openai: [{ fault: 'stall' }], anthropic: [LONG] },
    run: ({ majordomo }) => majordomo.model(BOTH).generate(request, { hedgeAfterMs: 20 }),
  },
  'agent with two tools': {
    scripts: {
      openai: [
        {
          parts: [
            { type: 'tool-call', id: 'call_1', name: 'weather', json: '{"city":"Oslo"}' },
            { type: 'tool-call', id: 'call_2', name: 'shop', json: '{"what":"boots"}' },
          ],
        },
        'Take the boots.',
      ],
    },
    async run({ majordomo }) {
      const shop = defineTool({
        name: 'shop',
        description: 'What a shop has',
        parameters: schema('what'),
        run: () => Promise.reject(new Error('it is closed')),
      });
      const model = majordomo.model(HEAD);
      await createAgent({ model, tools: [weather, shop], ...telemetry.agent('guide') }).run('Which shoes?');
    },
  },
  'typed object with a repair': {
    scripts: { openai: ['{"title":"Soup"}', '{"title":"Soup","minutes":45}'] },
    run: ({ majordomo }) =>
      majordomo.model(HEAD).generateObject({
        ...request,
        output: { ...schema('title', 'minutes'), properties: { minutes: { type: 'number' } } },
      }),
  },
};

let telemetry = watch();

function schema(...required: string[]): JsonObject {
  return {
    type: 'object',
    properties: Object.fromEntries(required.map((name) => [name, { type: 'string' }])),
    required,
  };
}

const weather = defineTool({
  name: 'weather',
  description: 'The weather in a city',
  parameters: schema('city'),
  run: () => 'snow',
});

it.each(Object.entries(SPAN_CASES))('writes the spans of: %s', async (name, { scripts, run }) => {
  telemetry = watch();
  await using client = await createTestClient(scripts, telemetry);
  await run(client);
  await expect(tree(await telemetry.spans())).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.txt`);
});

interface ExtraSpanCase {
  readonly type: string;
  readonly body: string;
  run(majordomo: Majordomo): Promise<unknown>;
}

const EXTRA_SPAN_CASES: Readonly<Record<string, ExtraSpanCase>> = {
  'image model': {
    type: 'application/json',
    body: '{"created":1,"data":[{"b64_json":"iVBORw0KGgo="}],"usage":{"input_tokens":9,"output_tokens":40}}',
    run: (majordomo) => majordomo.imageModel('openai/gpt-image-1').generate({ prompt: 'a cat', n: 2 }),
  },
  'embedding model': {
    type: 'application/json',
    body: '{"data":[{"index":0,"embedding":"AACAPwAAAAA="}],"usage":{"prompt_tokens":7}}',
    run: (majordomo) =>
      majordomo.embeddingModel('openai/text-embedding-3-small').embed({ values: ['one'], dimensions: 2 }),
  },
  'transcription model': {
    type: 'application/json',
    body: '{"text":"Hi","usage":{"type":"tokens","input_tokens":14,"output_tokens":45}}',
    run: (majordomo) =>
      majordomo.transcriptionModel('openai/gpt-4o-transcribe').transcribe({
        audio: new TextEncoder().encode('OggS'),
        mediaType: 'audio/ogg',
      }),
  },
  'speech model': {
    type: 'audio/mpeg',
    body: 'ID3',
    run: (majordomo) => majordomo.speechModel('openai/tts-1').speak({ text: 'Hello' }),
  },
};

it.each(Object.entries(EXTRA_SPAN_CASES))('writes the spans and metrics of: %s', async (name, spanCase) => {
  await using server = await testServer((response) => {
    response.writeHead(200, { 'content-type': spanCase.type }).end(spanCase.body);
  });
  const telemetry = watch();
  const provider = createOpenAI({ apiKey: 'sk-test', baseURL: `${server.origin}/v1` });
  const majordomo = createMajordomo({ providers: [provider], ...telemetry.majordomo });
  await spanCase.run(majordomo).catch(errorKindOf);
  const spans = await telemetry.spans();
  await expect(tree(spans)).toMatchFileSnapshot(`golden/${name.replaceAll(' ', '-')}.txt`);
  const { attributes } = spans.find(({ kind }) => kind === SpanKind.CLIENT)!;
  const metrics = (await telemetry.metrics()).filter(
    ({ attributes: labels }) =>
      labels['gen_ai.operation.name'] === attributes['gen_ai.operation.name'] &&
      labels['gen_ai.request.model'] === attributes['gen_ai.request.model'],
  );
  const tokens = ['input', 'output'].map(
    (type) =>
      metrics.find(
        (metric) =>
          metric.name === 'gen_ai.client.token.usage' && metric.attributes['gen_ai.token.type'] === type,
      )?.value as { readonly sum: number } | undefined,
  );
  expect(metrics.filter((metric) => metric.name === 'gen_ai.client.operation.duration')).toHaveLength(1);
  // Unknown tokens have neither an attribute nor a measurement.
  expect(tokens.map((value) => value?.sum)).toEqual(
    ['gen_ai.usage.input_tokens', 'gen_ai.usage.output_tokens'].map((key) => attributes[key]),
  );
});
