import { type Provider } from '@majordomo/core';
import OpenAI from 'openai';
import {
  answers,
  contextOf,
  inTurn,
  requestOf,
  streams,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOpenAI, openaiCompatible, type ChatOptions } from '../src/index.ts';
import { collect } from './collected.ts';
import { answer, delta } from './server.ts';

const NONE_CACHE = { prefix: 'none', messages: 'none', after: 0, key: 'k' } as const;

let server: TestServer;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

async function world(play: Answer, options: ChatOptions = {}): Promise<Provider> {
  server = await testServer(play);
  return createOpenAI({ api: 'chat', apiKey: 'sk-test', baseURL: `${server.origin}/v1`, ...options });
}

const completeContext = contextOf({ delivery: 'complete' });

describe('a call', () => {
  it('requests one body if no deltas are wanted', async () => {
    const provider = await world(answers(answer('Hi')));
    const collected = await collect(provider, requestOf(), completeContext);
    expect(provider.model('m').isNonStreaming?.(requestOf())).toBe(true);
    expect([collected.text, collected.usage?.input]).toEqual(['Hi', 3]);
    expect(server.requests[0]?.body).toEqual({ model: 'm', messages: [{ role: 'user', content: 'hi' }] });
  });

  it('reads a body instead of events, and events instead of a body', async () => {
    const provider = await world(inTurn(answers(answer('Hi')), streams(delta({ content: 'Hi' }, 'stop'))));
    expect((await collect(provider)).text).toBe('Hi');
    expect((await collect(provider, requestOf(), completeContext)).text).toBe('Hi');
  });

  it('sends the key, and the headers of the SDK except its timeout', async () => {
    const provider = await world(answers(answer('Hi')));
    await collect(provider, requestOf(), completeContext);
    const { headers } = server.requests[0] ?? {};
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-test',
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^OpenAI\/JS 7\./) as string,
    });
    expect(headers).not.toHaveProperty('x-stainless-timeout');
  });

  it('reads nothing from the process environment', async () => {
    vi.stubEnv('OPENAI_API_KEY', 'sk-ambient');
    vi.stubEnv('OPENAI_BASE_URL', 'http://127.0.0.1:9');
    vi.stubEnv('OPENAI_ORG_ID', 'org-ambient');
    vi.stubEnv('OPENAI_PROJECT_ID', 'proj-ambient');
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-ambient: 1');
    vi.stubEnv('OPENAI_LOG', 'debug');
    const log = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
    const provider = await world(answers(answer('Hi')));
    expect((await collect(provider, requestOf(), completeContext)).text).toBe('Hi');
    expect(JSON.stringify(server.requests[0]?.headers)).not.toContain('ambient');
    expect(log).not.toHaveBeenCalled();
    const { error } = await collect(createOpenAI({ api: 'chat', baseURL: `${server.origin}/v1` }));
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'missing-key' } });
  });

  it('is sent once for any failure', async () => {
    const failing = [429, 500, 503, 408, 409];
    const provider = await world((response, _request, number) => {
      answers({ error: { message: 'no' } }, failing[number - 1], { 'x-should-retry': 'true' })(response);
    });
    for (const status of failing) {
      const { error } = await collect(provider);
      expect(error?.details.status).toBe(status);
    }
    expect(server.requests).toHaveLength(failing.length);
  });

  it('uses a client of the application without its retries', async () => {
    server = await testServer(answers({ error: { message: 'busy' } }, 503));
    const client = new OpenAI({ apiKey: 'sk-client', baseURL: `${server.origin}/v1`, maxRetries: 5 });
    const { error } = await collect(createOpenAI({ api: 'chat', client }));
    expect(error?.kind).toBe('overloaded');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer sk-client']);
    expect((await collect(createOpenAI({ api: 'chat', client: {} }))).error?.kind).toBe('config');
    // Without `delete`, only the deletion of a file would fail.
    const withoutDelete = { get: () => undefined, post: () => undefined };
    expect((await collect(createOpenAI({ api: 'chat', client: withoutDelete }))).error?.kind).toBe('config');
  });

  it('emits the warnings of its request', async () => {
    const provider = await world(answers(answer('Hi')));
    const { events } = await collect(provider, requestOf({ cache: NONE_CACHE }), completeContext);
    expect(events).toContainEqual({
      type: 'warning',
      warning: { action: 'dropped', what: 'cache "none"', why: expect.any(String) as string },
    });
  });
});

describe('a provider', () => {
  const dsn = (members: object) => ({
    name: 'lab',
    scheme: 'openai',
    host: 'h',
    path: '/v1',
    baseURL: `${server.origin}/v1`,
    token: undefined,
    params: {},
    ...members,
  });

  it('accepts a DSN of a compatible server with token and quirks', async () => {
    const provider = await world(answers(answer('Hi')));
    const labProvider = provider.schemes?.['openai']?.(
      dsn({ token: 'tok@n', params: { seedField: 'random_seed' } }),
    );
    expect(labProvider?.id).toBe('lab');
    if (labProvider === undefined) return;
    await collect(
      labProvider,
      requestOf({ maxTokens: 5, seed: 1 }),
      contextOf({ delivery: 'complete', env: { OPENAI_API_KEY: 'sk-other' } }),
    );
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer tok@n' },
      body: { max_tokens: 5, random_seed: 1 },
    });
    expect(() => provider.schemes?.['openai']?.(dsn({ params: { sead: '1' } }))).toThrow(
      'LLM_LAB: unknown quirk "sead"',
    );
  });

  it('lists models in any known form', async () => {
    const provider = await world(
      inTurn(
        answers({ data: [{ id: 'gpt-4o' }, { id: 'x', context_length: 9 }, { name: 'no id' }] }),
        answers([{ id: 'x', context_window: 8 }]),
        answers({ models: [] }),
        answers({ error: { message: 'no' } }, 401),
      ),
    );
    const { delivery: _none, ...call } = contextOf();
    const models = await provider.listModels?.(call);
    expect(
      models?.map(({ id, provider: owner, capabilities }) => [id, owner, capabilities.contextTokens]),
    ).toEqual([
      ['gpt-4o', 'openai', undefined],
      ['x', 'openai', 9],
    ]);
    expect(models?.[0]?.capabilities.images).toBeTruthy();
    expect((await provider.listModels?.(call))?.[0]?.capabilities.contextTokens).toBe(8);
    await expect(provider.listModels?.(call)).rejects.toMatchObject({
      kind: 'protocol',
      details: { path: 'data' },
    });
    await expect(provider.listModels?.(call)).rejects.toMatchObject({ kind: 'auth' });
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/v1/models' });
  });

  it('sends back only replay tokens of this server and id', async () => {
    const provider = await world(
      streams(delta({ reasoning_content: 'hm' }), delta({ content: 'ok' }, 'stop')),
    );
    const { parts } = await collect(provider);
    const family = parts[0]?.replay?.family;
    expect(provider.model('m').families).toEqual([family]);
    const otherProviders = [
      createOpenAI({ api: 'chat' }),
      createOpenAI({ api: 'chat', id: 'b', baseURL: `${server.origin}/v1` }),
    ];
    for (const other of otherProviders) expect(other.model('m').families).not.toContain(family);
  });

  it('uses Responses unless `api` is chat', async () => {
    await world(() => undefined);
    expect(createOpenAI().model('m').wire).toBe('openai-responses');
    expect(createOpenAI({ api: 'responses' }).model('m').wire).toBe('openai-responses');
    expect(createOpenAI({ api: 'chat' }).model('m').wire).toBe('openai-chat');
  });

  it('passes the timeouts of the profile, of which an option replaces only those that it sets', async () => {
    await world(() => undefined);
    const profile = { id: 'lab', baseURL: 'http://lab/v1', timeouts: { totalMs: 1, idleMs: 5 } };
    expect(openaiCompatible(profile).model('m').timeouts).toEqual({ totalMs: 1, idleMs: 5 });
    const options = { timeouts: { totalMs: 2, idleMs: undefined } };
    const chat = openaiCompatible(profile, options);
    const responses = openaiCompatible({ ...profile, api: 'responses' }, options);
    for (const model of [chat.model('m'), responses.model('m'), chat.embeddingModel?.('m')])
      expect(model?.timeouts).toEqual({ totalMs: 2, idleMs: 5 });
  });
});

it('reports rate limits of responses and errors, also if the observer throws', async () => {
  const events: unknown[] = [];
  const headers = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s' };
  server = await testServer(
    inTurn(answers(answer('Hi'), 200, headers), answers({ error: { message: 'slow down' } }, 429)),
  );
  const provider = createOpenAI({
    api: 'chat',
    apiKey: 'k',
    baseURL: `${server.origin}/v1`,
    onRateLimits: ({ target, refusal, buckets }) => {
      events.push([target, refusal, buckets.map(({ name, remaining }) => [name, remaining])]);
      throw new Error('its own affair');
    },
  });
  await collect(provider);
  expect((await collect(provider)).error?.kind).toBe('rate-limit');
  const buckets = [['requests', 0]];
  expect(events).toEqual([
    ['p/m', undefined, buckets],
    ['p/m', 'quota', buckets],
  ]);
});
