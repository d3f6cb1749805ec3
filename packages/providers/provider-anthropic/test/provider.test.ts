import { LlmError, type Env, type ModelContext, type ModelRequest } from '@majordomo/core';
import {
  contextOf,
  inTurn,
  requestOf,
  testProviderTransport,
  testServer,
  type Answer,
} from '@majordomo/test-support';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAnthropic, type AnthropicOptions } from '../src/index.ts';
import { callModel } from './calls.ts';
import { message, textStream } from './events.ts';
import { json, sse, wireError } from './server.ts';

/** Runs a call of a new provider against a server that sends `answer`. */
async function call(
  answer: Answer | readonly Answer[],
  more: Partial<ModelRequest> = {},
  options: AnthropicOptions = {},
  context: Partial<ModelContext> = {},
  modelId = 'claude-sonnet-4-5',
) {
  const server = await testServer(inTurn(...[answer].flat()));
  const provider = createAnthropic({ apiKey: 'sk-ant-secret-key-0001', baseURL: server.origin, ...options });
  const got = await callModel(provider, more, context, modelId);
  const { requests } = server;
  await server[Symbol.asyncDispose]();
  return { got, error: got.error as LlmError, requests, sent: requests[0] };
}

afterEach(() => {
  vi.unstubAllEnvs();
});

describe('ANTHROPIC_BASE_URL of env', () => {
  const hello = json(message([{ type: 'text', text: 'Hello' }]));

  it('replaces the default base URL', async () => {
    await using server = await testServer(hello);
    const context = { env: { ANTHROPIC_BASE_URL: server.origin }, delivery: 'complete' } as const;
    const { text } = await callModel(createAnthropic({ apiKey: 'k' }), {}, context);
    expect([text, server.requests[0]?.path]).toEqual(['Hello', '/v1/messages']);
  });

  it('does not replace an explicit base URL', async () => {
    const { got: collected } = await call(
      hello,
      {},
      {},
      { env: { ANTHROPIC_BASE_URL: 'http://127.0.0.1:1' } },
    );
    expect(collected.text).toBe('Hello');
  });

  it('names the variable when its value is invalid', async () => {
    const { error } = await call(hello, {}, { baseURL: undefined }, { env: { ANTHROPIC_BASE_URL: 'proxy' } });
    expect(error).toMatchObject({ kind: 'config', message: expect.stringMatching(/^ANTHROPIC_BASE_URL /) });
  });
});

describe('inferenceGeo', () => {
  const hello = json(message([{ type: 'text', text: 'Hello' }]));
  const sentBody = async (options: AnthropicOptions, extra = {}): Promise<unknown> =>
    (await call(hello, { extra }, options, { delivery: 'complete' })).sent?.body;

  it('is sent with every request unless extra specifies another value, also if extra removes it', async () => {
    expect(await sentBody({ inferenceGeo: 'us' })).toMatchObject({ inference_geo: 'us' });
    expect(await sentBody({ inferenceGeo: 'us' }, { inference_geo: null })).toMatchObject({
      inference_geo: 'us',
    });
    expect(await sentBody({ inferenceGeo: 'us' }, { inference_geo: 'global' })).toMatchObject({
      inference_geo: 'global',
    });
    expect(await sentBody({})).not.toHaveProperty('inference_geo');
  });
});

describe('a call through the SDK', () => {
  it.for([
    ['deltas', sse(...textStream('Hello')), true],
    ['complete', json(message([{ type: 'text', text: 'Hello' }])), undefined],
  ] as const)('requests %s and returns the same response', async ([delivery, answer, stream]) => {
    const { got: collected, sent } = await call(answer, {}, {}, { delivery });
    expect(sent?.body['stream']).toBe(stream);
    expect(sent?.path).toBe('/v1/messages');
    expect({ text: collected.text, id: collected.id, raw: collected.rawFinish }).toEqual({
      text: 'Hello',
      id: 'msg_1',
      raw: 'end_turn',
    });
  });

  it('is non-streaming only for a short response', () => {
    const isNonStreaming = (modelId: string, maxTokens?: number) =>
      createAnthropic().model(modelId).isNonStreaming?.(requestOf({ maxTokens }));
    expect(isNonStreaming('claude-sonnet-4-5', 21_333)).toBe(true);
    expect(isNonStreaming('claude-sonnet-4-5', 21_334)).toBe(false);
    expect(isNonStreaming('claude-sonnet-4-5')).toBe(false);
    expect(isNonStreaming('claude-3-haiku-20240307')).toBe(true);
    expect(isNonStreaming('my-model')).toBe(true);
  });
});

describe('credentials', () => {
  it('rejects a call without a key as auth before it sends anything', async () => {
    const { error, requests } = await call(sse(...textStream('x')), {}, { apiKey: undefined });
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'missing-key' } });
    expect(error.message).toContain('ANTHROPIC_API_KEY');
    expect(requests).toHaveLength(0);
  });

  it('reads the key from env; the option takes precedence', async () => {
    const env = { ANTHROPIC_API_KEY: 'from-env' };
    const answer = sse(...textStream('x'));
    const fromEnv = await call(answer, {}, { apiKey: undefined }, { env });
    const fromOption = await call(answer, {}, { apiKey: 'given' }, { env });
    expect(fromEnv.sent?.headers['authorization']).toBe('Bearer from-env');
    expect(fromOption.sent?.headers['authorization']).toBe('Bearer given');
  });

  it('reads nothing from the process environment', async () => {
    for (const [name, value] of Object.entries({
      ANTHROPIC_API_KEY: 'ambient',
      ANTHROPIC_AUTH_TOKEN: 'ambient',
      ANTHROPIC_BASE_URL: 'http://127.0.0.1:9',
      ANTHROPIC_CUSTOM_HEADERS: 'x-ambient: yes\nauthorization: Bearer ambient',
      ANTHROPIC_LOG: 'debug',
    })) {
      vi.stubEnv(name, value);
    }
    const debug = vi.spyOn(console, 'debug').mockImplementation(() => undefined);
    const { got: collected, sent } = await call(sse(...textStream('x')), {}, { apiKey: 'given' });
    expect(collected.text).toBe('x');
    expect(JSON.stringify(sent?.headers)).not.toContain('ambient');
    expect(debug).not.toHaveBeenCalled();
    debug.mockRestore();
  });
});

describe('headers and transport', () => {
  testProviderTransport({
    create: createAnthropic,
    hello: sse(...textStream('Hello')),
    rejection: wireError('authentication_error', 'invalid x-api-key: key-1', 401),
  });

  it('sends the beta features of the option', async () => {
    const { sent } = await call(sse(...textStream('x')), {}, { headers: { 'anthropic-beta': 'b' } });
    expect(sent?.headers['anthropic-beta']).toBe('b');
  });

  it('sends the API version, and the earlier one with sampling parameters', async () => {
    const version = async (more: Partial<ModelRequest>, options: AnthropicOptions = {}) =>
      (await call(sse(...textStream('x')), more, options)).sent?.headers['anthropic-version'];
    expect(await version({})).toBe('2026-10-21');
    expect(await version({ temperature: 0.2 })).toBe('2023-06-01');
    expect(await version({ extra: { top_k: 3 } })).toBe('2023-06-01');
    expect(await version({ temperature: 1 }, { headers: { 'Anthropic-Version': '2099-01-01' } })).toBe(
      '2099-01-01',
    );
  });

  it('uses a client of the application', async () => {
    const { Anthropic } = await import('@anthropic-ai/sdk');
    await using server = await testServer(
      inTurn(sse(...textStream('mine')), wireError('api_error', 'no', 500)),
    );
    const client = new Anthropic({ apiKey: 'of-client', baseURL: server.origin });
    const provider = createAnthropic({ client });
    expect((await callModel(provider)).text).toBe('mine');
    expect((await callModel(provider)).error?.kind).toBe('server');
    expect(server.requests).toHaveLength(2);
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer of-client');
  });

  it('rejects another object as a client', async () => {
    const { error } = await call(sse(...textStream('x')), {}, { client: {} });
    expect(error.kind).toBe('config');
  });
});

describe('invalid requests', () => {
  it.for([0, -1, NaN, 1.5])('rejects maxTokens %s before any call', async (maxTokens) => {
    const { error, requests } = await call(sse(...textStream('x')), { maxTokens });
    expect(error).toMatchObject({ kind: 'invalid-request', details: { path: 'maxTokens' } });
    expect(requests).toHaveLength(0);
  });

  it('rejects an image of another type before any call', async () => {
    const image = { type: 'image', mediaType: 'image/tiff', bytes: new Uint8Array([1]) } as const;
    const { error, requests } = await call(sse(...textStream('x')), {
      messages: [{ role: 'user', parts: [image] }],
    });
    expect(error.kind).toBe('unsupported');
    expect(requests).toHaveLength(0);
  });
});

describe('a provider', () => {
  it('lists the models page by page, with their reported capabilities', async () => {
    const model = { id: 'claude-opus-5-5', type: 'model', max_input_tokens: 2_000_000, max_tokens: 150_000 };
    const textModel = {
      id: 'claude-new',
      type: 'model',
      capabilities: { image_input: { supported: false } },
    };
    await using server = await testServer(
      inTurn(
        json({ data: [model], has_more: true, last_id: 'claude-opus-5-5' }),
        json({ data: [textModel], has_more: false }),
      ),
    );
    const provider = createAnthropic({ id: 'claude', apiKey: 'k', baseURL: server.origin });
    const { target: _target, delivery: _delivery, ...context } = contextOf();
    const models = await provider.listModels?.({ ...context, target: 'claude' });
    expect(models).toMatchObject([
      {
        id: 'claude-opus-5-5',
        provider: 'claude',
        capabilities: { contextTokens: 2_000_000, maxOutputTokens: 150_000, output: 'native' },
      },
      { id: 'claude-new', provider: 'claude', capabilities: { images: false } },
    ]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /v1/models?limit=1000',
      'GET /v1/models?limit=1000&after_id=claude-opus-5-5',
    ]);
  });

  it('stops listing models at a page that names the same last model again', async () => {
    const page = json({ data: [{ id: 'claude-opus-5-5', type: 'model' }], has_more: true, last_id: 'same' });
    await using server = await testServer(inTurn(page, page));
    const provider = createAnthropic({ id: 'claude', apiKey: 'k', baseURL: server.origin });
    const { target: _target, delivery: _delivery, ...context } = contextOf();
    await provider.listModels?.({ ...context, target: 'claude' });
    expect(server.requests.length).toBe(2);
  });

  it.each<[string, Answer]>([
    [
      'a page of HTML',
      (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
    ],
    ['no body', (response) => void response.writeHead(204).end()],
    ['an object without a list', json({})],
  ])('rejects a list of models that is %s', async (_, play) => {
    await using server = await testServer(play);
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    await expect(provider.listModels?.(contextOf())).rejects.toMatchObject({ kind: 'protocol' });
  });

  it('reports a failed listing as one error', async () => {
    await using server = await testServer(wireError('permission_error', 'no', 403));
    const provider = createAnthropic({ apiKey: 'k', baseURL: server.origin });
    await expect(provider.listModels?.(contextOf())).rejects.toMatchObject({
      kind: 'auth',
      details: { status: 403 },
    });
    expect(server.requests).toHaveLength(1);
  });

  it('accepts DSNs with quirks, and sends the environment key to its own host only', async () => {
    await using server = await testServer(sse(...textStream('x')));
    const dsn = {
      name: 'box',
      scheme: 'anthropic',
      host: 'h',
      path: '',
      baseURL: server.origin,
      token: 'tok',
      params: { efforts: 'none' },
    };
    const provider = createAnthropic().schemes?.['anthropic']?.(dsn);
    if (provider === undefined) throw new Error('no provider');
    expect(provider.id).toBe('box');
    await callModel(provider, { reasoning: 'low' }, {}, 'new-model');
    expect(server.requests[0]?.headers['authorization']).toBe('Bearer tok');
    expect(server.requests[0]?.body).toMatchObject({ thinking: { type: 'adaptive' } });
    expect(server.requests[0]?.body).not.toHaveProperty('output_config');
    const keyless = createAnthropic().schemes?.['anthropic']?.({ ...dsn, token: undefined });
    if (keyless === undefined) throw new Error('no provider');
    const env = { ANTHROPIC_API_KEY: 'mine' };
    expect((await callModel(keyless, {}, { env })).error?.kind).toBe('auth');
  });

  it('names the variable of a DSN with an unknown quirk', () => {
    const parts = { scheme: 'anthropic', host: 'h', path: '', baseURL: 'https://h', token: 'tok' };
    const dsn = { ...parts, name: 'box', params: { eforts: 'none' } };
    expect(() => createAnthropic().schemes?.['anthropic']?.(dsn)).toThrow(/^LLM_BOX: unknown quirk "eforts"/);
  });

  it('describes its model without loading the SDK', () => {
    const model = createAnthropic({ timeouts: { idleMs: 1 } }).model('claude-opus-5-5');
    expect(model).toMatchObject({
      id: 'claude-opus-5-5',
      wire: 'anthropic-messages',
      families: ['claude'],
      timeouts: { idleMs: 1 },
      capabilities: { prefill: false, output: 'native' },
    });
  });
});

it('has the reasoning family of the server in ANTHROPIC_BASE_URL with family origin', () => {
  const familiesOf = (env: Env, baseURL?: string): readonly string[] =>
    createAnthropic({ baseURL, quirks: { family: 'origin' } }).model('m', env).families;
  const env = { ANTHROPIC_BASE_URL: 'https://proxy.test' };
  expect(familiesOf(env)).toEqual(['messages/proxy.test']);
  expect(familiesOf(env, 'https://other.test')).toEqual(['messages/other.test']);
});
