import {
  answers,
  contextOf,
  inTurn,
  requestOf,
  testServer,
  type Answer,
  type TestServer,
} from '@majordomo/test-support';
import { collect, type Collected } from '@majordomo/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Dsn } from '@majordomo/core';
import { createGoogle, googleTools, type GoogleOptions } from '../src/index.ts';
import { chunk, failing, OK } from './answers.ts';

const LONG_CACHE = { prefix: 'long', messages: 'long', after: 0, key: 'k' } as const;

let server: TestServer;
afterEach(() => server.close());

async function serve(...all: readonly Answer[]): Promise<void> {
  server = await testServer(inTurn(...all));
}

const callModel = (
  options: GoogleOptions = {},
  more: Parameters<typeof contextOf>[0] = {},
  modelId = 'gemini-x',
): Promise<Collected> =>
  collect(
    createGoogle({ apiKey: 'key', baseURL: server.origin, ...options }).model(modelId),
    requestOf(),
    contextOf(more),
  );

describe('a call', () => {
  it('streams through the SDK with one request', async () => {
    await serve(OK);
    const collected = await callModel();
    expect(collected).toMatchObject({ text: 'Hello', id: 'r', finish: 'stop', rawFinish: 'STOP' });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.path).toBe('/v1/models/gemini-x:streamGenerateContent?alt=sse');
    expect(server.requests[0]?.headers).toMatchObject({ 'x-goog-api-key': 'key' });
    expect(server.requests[0]?.headers['x-goog-api-client']).toContain('google-genai-sdk/');
  });

  it('emits the warnings of the request after the start', async () => {
    await serve(OK);
    const model = createGoogle({ apiKey: 'key', baseURL: server.origin }).model('gemini-x');
    const { events } = await collect(model, requestOf({ cache: LONG_CACHE }), contextOf());
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'start' },
      { type: 'warning', warning: { action: 'dropped', what: 'cache "long"' } },
    ]);
  });

  it('is non-streaming if no deltas are requested', async () => {
    await serve(answers(chunk('Hello', 'STOP')));
    expect((await callModel({ apiVersion: 'v1beta' }, { delivery: 'complete' })).text).toBe('Hello');
    expect(server.requests[0]?.path).toBe('/v1beta/models/gemini-x:generateContent');
  });

  it('adds vendor tools to those of the request, and sends a complete list of the application unchanged', async () => {
    const sent = async (
      vendorTools: readonly object[],
      tools = [{ name: 'f', description: 'F.', parameters: {} }],
    ) => {
      await using there = await testServer(OK);
      const model = createGoogle({ apiKey: 'key', baseURL: there.origin }).model('gemini-x');
      await collect(model, requestOf({ tools, extra: { tools: vendorTools } }), contextOf());
      const body = there.requests[0]?.body as unknown as { readonly tools: readonly object[] };
      return body.tools.map((tool) => Object.keys(tool)[0]);
    };
    expect(await sent([googleTools.googleSearch()])).toEqual(['functionDeclarations', 'googleSearch']);
    expect(await sent([googleTools.googleSearch()], [])).toEqual(['googleSearch']);
    expect(await sent([{ functionDeclarations: [] }])).toEqual(['functionDeclarations']);
    await serve(OK);
  });

  it('merges extra into the body last', async () => {
    await serve(OK);
    const extra = { safetySettings: [{ category: 'C' }], generationConfig: { topK: 5 } };
    const model = createGoogle({ apiKey: 'key', baseURL: server.origin }).model('gemini-x');
    await collect(model, requestOf({ maxTokens: 7, extra }), contextOf());
    expect(server.requests[0]?.body).toMatchObject({
      safetySettings: [{ category: 'C' }],
      generationConfig: { topK: 5, maxOutputTokens: 7 },
    });
  });
});

describe('credentials', () => {
  it.each([
    [{ GOOGLE_API_KEY: 'a', GEMINI_API_KEY: 'b' }, 'a'],
    [{ GEMINI_API_KEY: 'b' }, 'b'],
  ])('reads the key of env (%j)', async (env, key) => {
    await serve(OK);
    await callModel({ apiKey: undefined }, { env });
    expect(server.requests[0]?.headers['x-goog-api-key']).toBe(key);
  });

  it('does not read the process environment', async () => {
    await serve(OK);
    vi.stubEnv('GEMINI_API_KEY', 'ambient');
    vi.stubEnv('GOOGLE_GENAI_USE_VERTEXAI', 'true');
    vi.stubEnv('GOOGLE_GENAI_API_VERSION', 'v9');
    try {
      const { error } = await callModel({ apiKey: undefined });
      expect(error).toMatchObject({ kind: 'auth', details: { status: 401, code: 'missing-key' } });
      expect(server.requests).toEqual([]);
      expect((await callModel()).text).toBe('Hello');
      expect(server.requests[0]?.path).toMatch(/^\/v1\/models/);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('hides keys and headers with credentials in errors', async () => {
    const message = 'keys gateway-secret-1 and AIza-own-key are bad';
    await serve(failing(400, JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } })));
    const { error } = await callModel({
      apiKey: 'AIza-own-key',
      headers: { 'X-Gateway-Key': 'gateway-secret-1' },
    });
    expect(error?.message).toContain('are bad');
    expect(`${JSON.stringify(error)} ${String(error?.cause)}`).not.toMatch(/gateway-secret-1|AIza-own-key/);
  });
});

describe('Vertex', () => {
  const PATH =
    '/v1beta1/projects/p/locations/europe-west4/publishers/google/models/gemini-x:streamGenerateContent?alt=sse';

  it('is addressed by project and location, with a token of a source', async () => {
    await serve(OK);
    const tokens = ['one', 'two'];
    const token = (): string => tokens.shift() ?? 'none';
    const model = createGoogle({
      project: 'p',
      location: 'europe-west4',
      token,
      baseURL: server.origin,
    }).model('gemini-x');
    await collect(model, requestOf(), contextOf());
    await collect(model, requestOf(), contextOf());
    expect(server.requests.map(({ path }) => path)).toEqual([PATH, PATH]);
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer one',
      'Bearer two',
    ]);
  });

  it('reads project and location from the environment', async () => {
    await serve(OK);
    const env = { GOOGLE_CLOUD_PROJECT: 'p', GOOGLE_CLOUD_LOCATION: 'europe-west4' };
    await callModel({ apiKey: undefined, vertexai: true, token: 't' }, { env });
    expect(server.requests[0]?.path).toBe(PATH);
  });

  it('accepts a key without a project', async () => {
    await serve(OK);
    await callModel({ vertexai: true });
    expect(server.requests[0]?.path).toBe(
      '/v1beta1/publishers/google/models/gemini-x:streamGenerateContent?alt=sse',
    );
    expect(server.requests[0]?.headers['x-goog-api-key']).toBe('key');
  });

  it.each([
    ['a login', { apiKey: undefined, project: 'p', location: 'europe-west4', token: 't' }, 'europe-west4-'],
    ['a key', { vertexai: true }, ''],
  ])('ignores GOOGLE_VERTEX_BASE_URL of the process with %s', async (_name, options, prefix) => {
    await serve(OK);
    vi.stubEnv('GOOGLE_VERTEX_BASE_URL', 'http://ambient.invalid');
    const hosts: string[] = [];
    const fetch: typeof globalThis.fetch = (url, init) => {
      const { host, pathname, search } = new URL(url instanceof Request ? url.url : url);
      hosts.push(host);
      return globalThis.fetch(`${server.origin}${pathname}${search}`, init);
    };
    try {
      expect((await callModel({ ...options, baseURL: undefined, fetch })).text).toBe('Hello');
      expect(hosts).toEqual([`${prefix}aiplatform.googleapis.com`]);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('reports the remedy if the project is missing', async () => {
    await serve(OK);
    expect((await callModel({ apiKey: undefined, vertexai: true, token: 't' })).error).toMatchObject({
      kind: 'config',
      message: expect.stringContaining('GOOGLE_CLOUD_PROJECT') as string,
    });
  });

  it('reads the credentials file that the environment names', async () => {
    await serve(OK);
    const env = { GOOGLE_APPLICATION_CREDENTIALS: '/nowhere/key.json' };
    const { error } = await callModel({ apiKey: undefined, project: 'p' }, { env });
    expect(error?.message).toContain('/nowhere/key.json');
    expect(server.requests).toEqual([]);
  });
});

describe('DSNs', () => {
  const dsn = (scheme: string, params: Record<string, string>, token?: string): Dsn => ({
    name: 'mine',
    scheme,
    host: new URL(server.origin).host,
    path: '',
    baseURL: server.origin,
    token,
    params,
  });

  it.each(['google', 'gemini'])('%s accepts a key, a version and quirks', async (scheme) => {
    await serve(OK);
    const provider = createGoogle().schemes?.[scheme]?.(
      dsn(scheme, { apiVersion: 'v1beta', schemaField: 'subset' }, 'secret'),
    );
    expect(provider?.id).toBe('mine');
    if (provider !== undefined) await collect(provider.model('gemini-x'), requestOf(), contextOf());
    expect(server.requests[0]?.path).toMatch(/^\/v1beta\//);
    expect(server.requests[0]?.headers['x-goog-api-key']).toBe('secret');
  });

  it('sends no environment key to another host', async () => {
    await serve(OK);
    const provider = createGoogle().schemes?.['google']?.(dsn('google', {}));
    if (provider === undefined) throw new Error('no provider');
    const { error } = await collect(
      provider.model('gemini-x'),
      requestOf(),
      contextOf({ env: { GOOGLE_API_KEY: 'k' } }),
    );
    expect(error?.kind).toBe('auth');
    expect(server.requests).toEqual([]);
  });
});

describe('listModels', () => {
  it('returns the models that generate, page by page', async () => {
    const models = [
      { name: 'models/gemini-2.5-pro', inputTokenLimit: 99, supportedGenerationMethods: ['generateContent'] },
      { name: 'models/embedding-1', supportedGenerationMethods: ['embedContent'] },
    ];
    const last = { models: [{ name: 'models/new', outputTokenLimit: 5 }] };
    await serve(answers({ models, nextPageToken: 'next' }), answers(last));
    const provider = createGoogle({ apiKey: 'k', baseURL: server.origin });
    const listedModels = await provider.listModels?.({ ...contextOf(), target: 'google' });
    expect(listedModels?.map(({ id, provider: by }) => `${by}/${id}`)).toEqual([
      'google/gemini-2.5-pro',
      'google/new',
    ]);
    expect(
      listedModels?.map(({ capabilities }) => [capabilities.contextTokens, capabilities.maxOutputTokens]),
    ).toEqual([
      [99, 65_536],
      [undefined, 5],
    ]);
    expect(server.requests.map(({ path }) => path.split('?')[0])).toEqual(['/v1/models', '/v1/models']);
  });

  it.each([
    [403, 'PERMISSION_DENIED', 'auth', undefined],
    [429, 'RESOURCE_EXHAUSTED', 'rate-limit', 7000],
  ])('reports a rejection with %d %s as %s', async (code, status, kind, retryAfterMs) => {
    const headers = retryAfterMs === undefined ? undefined : { 'retry-after': String(retryAfterMs / 1000) };
    await serve(failing(code, JSON.stringify({ error: { code, message: 'no', status } }), headers));
    const provider = createGoogle({ apiKey: 'k', baseURL: server.origin });
    await expect(provider.listModels?.({ ...contextOf(), target: 'google' })).rejects.toMatchObject({
      kind,
      details: { retryAfterMs },
    });
  });
});
