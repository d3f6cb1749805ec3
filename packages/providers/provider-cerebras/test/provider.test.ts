import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import { createMajordomo, user, type ModelInfo } from '@majordomo/core';
import { answers, failureOf, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createCerebras } from '../src/index.ts';

const ANSWER = {
  id: 'r1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
  service_tier: 'flex',
  time_info: { queue_time: 0.25, total_time: 1.5, created: 1756198143 },
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
  vi.restoreAllMocks();
  await server.close();
});

it('calls its own path with the key of env', async () => {
  const providers = [createCerebras({ baseURL: server.origin, headers: { 'X-Team': 'a' } })];
  const majordomo = createMajordomo({ providers, env: { CEREBRAS_API_KEY: 'k-env' } });
  const { text, usage } = await majordomo
    .model('cerebras/llama-3.3-70b')
    .generate({ messages: [user('hi')], maxTokens: 9, extra: { cerebras: { service_tier: 'flex' } } });
  expect(text).toBe('Hi');
  expect(usage).toMatchObject({
    input: 3,
    output: 1,
    details: { serviceTier: 'flex', stageMs: { queue: 250, total: 1500 } },
  });
  expect(server.requests).toHaveLength(1);
  expect(server.requests[0]).toMatchObject({
    path: '/v1/chat/completions',
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
  vi.stubEnv('CEREBRAS_API_KEY', 'k-process');
  vi.stubEnv('CEREBRAS_BASE_URL', 'http://127.0.0.1:9');
  vi.stubEnv('CEREBRAS_CUSTOM_HEADERS', 'x-from-process: 1');
  const generate = (apiKey?: string): Promise<unknown> =>
    createMajordomo({ providers: [createCerebras({ baseURL: server.origin, apiKey })] })
      .model('cerebras/m')
      .generate({ messages: [user('hi')] });
  await generate('k-option');
  expect(server.requests.map(({ headers }) => [headers.authorization, headers['x-from-process']])).toEqual([
    ['Bearer k-option', undefined],
  ]);
  expect((await failureOf(generate())).kind).toBe('auth');
  expect(server.requests).toHaveLength(1);
});

it('does not change SDK clients of the application', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const provider = createCerebras({ baseURL: server.origin, apiKey: 'k' });
  await createMajordomo({ providers: [provider] })
    .model('cerebras/m')
    .generate({ messages: [user('hi')] });
  const client = new Cerebras({ apiKey: 'k', baseURL: server.origin, warmTCPConnection: false });
  await client.chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  expect(server.requests).toHaveLength(2);
  expect(warn.mock.calls).toEqual([]);
});

it('lists its models', async () => {
  const provider = createCerebras({ baseURL: server.origin, apiKey: 'k' });
  const signal = new AbortController().signal;
  const list = await provider.listModels?.({ target: 'cerebras', signal, env: {} });
  expect(list?.map(({ id, capabilities }: ModelInfo) => [id, capabilities.contextTokens])).toEqual([
    ['llama-3.3-70b', 131072],
  ]);
  expect(server.requests[0]?.path).toBe('/v1/models');
});
