import { createMajordomo, user, type ModelInfo } from '@majordomo/core';
import { answers, failureOf, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGroq } from '../src/index.ts';

const ANSWER = {
  id: 'r1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1, queue_time: 0.25, total_time: 1.5 },
  service_tier: 'flex',
};
const LIST = { data: [{ id: 'llama-3.3-70b', context_window: 131072 }] };
let server: TestServer;
beforeEach(async () => {
  server = await testServer((response, { path }) =>
    answers(path.endsWith('/models') ? LIST : ANSWER)(response),
  );
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

it('calls its own path with the key of env', async () => {
  const providers = [createGroq({ baseURL: server.origin, headers: { 'X-Team': 'a' } })];
  const majordomo = createMajordomo({ providers, env: { GROQ_API_KEY: 'k-env' } });
  const { text, usage } = await majordomo
    .model('groq/llama-3.3-70b')
    .generate({ messages: [user('hi')], maxTokens: 9, extra: { groq: { service_tier: 'flex' } } });
  expect(text).toBe('Hi');
  expect(usage).toMatchObject({
    input: 3,
    output: 1,
    details: { serviceTier: 'flex', stageMs: { queue: 250, total: 1500 } },
  });
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({
    path: '/openai/v1/chat/completions',
    headers: { authorization: 'Bearer k-env', 'x-team': 'a', 'content-type': 'application/json' },
    body: {
      model: 'llama-3.3-70b',
      messages: [{ role: 'user', content: 'hi' }],
      max_completion_tokens: 9,
      service_tier: 'flex',
    },
  });
});

it('reads nothing from the process environment', async () => {
  vi.stubEnv('GROQ_API_KEY', 'k-process');
  vi.stubEnv('GROQ_BASE_URL', 'http://127.0.0.1:9');
  vi.stubEnv('GROQ_CUSTOM_HEADERS', 'x-from-process: 1');
  const generate = (apiKey?: string): Promise<unknown> =>
    createMajordomo({ providers: [createGroq({ baseURL: server.origin, apiKey })] })
      .model('groq/m')
      .generate({ messages: [user('hi')] });
  await generate('k-option');
  expect(server.requests.map(({ headers }) => [headers.authorization, headers['x-from-process']])).toEqual([
    ['Bearer k-option', undefined],
  ]);
  expect((await failureOf(generate())).kind).toBe('auth');
  expect(server.requests).toHaveLength(1);
});

it('lists its models', async () => {
  const provider = createGroq({ baseURL: server.origin, apiKey: 'k' });
  const signal = new AbortController().signal;
  const list = await provider.listModels?.({ target: 'groq', signal, env: {} });
  expect(list?.map(({ id, capabilities }: ModelInfo) => [id, capabilities.contextTokens])).toEqual([
    ['llama-3.3-70b', 131072],
  ]);
  expect(server.requests[0]?.path).toBe('/openai/v1/models');
});

it('rejects a vendor tool that the model lacks, and the chain continues', async () => {
  const model = createMajordomo({ providers: [createGroq({ baseURL: server.origin, apiKey: 'k' })] }).model(
    'groq/llama-3.3-70b,groq/openai/gpt-oss-120b',
  );
  const tools = [{ name: 'f', description: '', parameters: { type: 'object' } }];
  const request = { messages: [user('hi')], tools, extra: { groq: { tools: [{ type: 'browser_search' }] } } };
  const { target } = await model.generate(request);
  expect(target).toBe('groq/openai/gpt-oss-120b');
  expect(server.requests.map(({ body }) => body)).toMatchObject([
    { model: 'openai/gpt-oss-120b', tools: [{ type: 'function' }, { type: 'browser_search' }] },
  ]);
});
