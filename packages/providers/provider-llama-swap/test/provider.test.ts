import { createMajordomo, LlmError, user } from '@majordomo/core';
import { sseEvent } from '@majordomo/core/toolkit';
import { answers, SSE_TYPE, stalls, streams, testServer, type Answer } from '@majordomo/test-support';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createLlamaSwap, type LlamaSwapOptions } from '../src/index.ts';
import { callModel } from './calls.ts';

/** Returns a chunk of llama.cpp. */
const chunkOf = (delta: object, finish: string | null = null): object => ({
  choices: [{ finish_reason: finish, index: 0, delta }],
  created: 1_763_600_000,
  id: 'chatcmpl-1',
  model: 'm',
  object: 'chat.completion.chunk',
});
const hello = streams(
  chunkOf({ role: 'assistant', content: null }),
  chunkOf({ content: 'Hello' }),
  chunkOf({}, 'stop'),
);
/** Returns a loading message of llama-swap. */
const loadingChunk = (text: string): object => ({ choices: [{ delta: { reasoning_content: text } }] });
const BANNER = [
  '━━━━━',
  '\n',
  'llama-swap',
  ' loading model: m',
  '\n',
  '.',
  '.',
  '\n',
  'Done! (3.45s)',
  '\n',
  '━━━━━',
  '\n',
  ' ',
  '\n',
];

describe('a call', () => {
  it.each<[what: string, options: LlamaSwapOptions, path: string, key: string]>([
    ['without a key sends no-key', {}, '', 'no-key'],
    ['with an empty key sends no-key', { apiKey: '' }, '', 'no-key'],
    ['with a key sends it', { apiKey: 'k' }, '/', 'k'],
    ['calls a key function', { apiKey: () => 'asked' }, '/v1/', 'asked'],
  ])('%s', async (_what, options, path, key) => {
    await using server = await testServer(hello);
    const { text } = await callModel(createLlamaSwap({ ...options, baseURL: server.origin + path }), {
      maxTokens: 9,
    });
    expect(text).toBe('Hello');
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: `Bearer ${key}` },
      body: { model: 'm', max_tokens: 9 },
    });
  });

  it('with a wrong key fails with auth', async () => {
    const refusal = answers({ error: { message: 'unauthorized: invalid or missing API key' } }, 401);
    await using server = await testServer(refusal);
    const { error } = await callModel(createLlamaSwap({ baseURL: server.origin, apiKey: 'wrong-1234' }));
    expect(error).toMatchObject({ kind: 'auth', details: { status: 401 } });
    expect(String(error)).not.toContain('wrong-1234');
  });

  it.each([
    [404, { error: 'no router for requested model', src: 'llama-swap' }, 'not-found'],
    [503, { error: { message: 'model is not ready', type: 'server_error' } }, 'overloaded'],
  ])('that the router rejects with %i %j is %s', async (status, body, kind) => {
    await using server = await testServer(answers(body, status));
    expect((await callModel(createLlamaSwap({ baseURL: server.origin }))).error?.kind).toBe(kind);
  });

  it('does not read the address of a llama.cpp server from the environment', async () => {
    await using server = await testServer(hello);
    const env = { LLAMACPP_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { text } = await callModel(createLlamaSwap({ baseURL: server.origin }), {}, { env });
    expect(text).toBe('Hello');
    const { error } = await callModel(createLlamaSwap(), {}, { env });
    expect(error?.details.code).toBe('missing-url');
  });

  it('without a server fails with its remedy', async () => {
    const { error } = await callModel(createLlamaSwap());
    expect(error).toMatchObject({ kind: 'config', details: { code: 'missing-url', target: 'llama-swap/m' } });
    expect(error?.message).toContain('LLM_BOX=llama-swap://host:8080');
    await expect(createLlamaSwap({ baseURL: '' }).running()).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('a DSN', () => {
  const majordomoWith = (dsn: string): ReturnType<typeof createMajordomo> =>
    createMajordomo({ providers: [createLlamaSwap()], env: { LLM_BOX: dsn } });
  const generate = (dsn: string): Promise<{ text: string }> =>
    majordomoWith(dsn)
      .model('box/qwen3:30b')
      .generate({ messages: [user('hi')], maxTokens: 7 });

  it.each(['', '/', '/v1', '/v1/'])('of llama-swap uses http, with "%s" after the host', async (path) => {
    await using server = await testServer(hello);
    const { text } = await generate(`${server.origin.replace('http', 'llama-swap')}${path}`);
    expect(text).toBe('Hello');
    expect(server.requests[0]).toMatchObject({
      path: '/v1/chat/completions',
      headers: { authorization: 'Bearer no-key' },
      body: { model: 'qwen3:30b' },
    });
  });

  it('may contain a token', async () => {
    await using server = await testServer(hello);
    await generate(server.origin.replace('http://', 'llama-swap://tok%40en@'));
    expect(server.requests[0]?.headers.authorization).toBe('Bearer tok@en');
  });

  it('of llama-swaps uses TLS', async () => {
    const urls: string[] = [];
    const fetch: typeof globalThis.fetch = (url) => {
      urls.push(String(url));
      return Promise.resolve(Response.json({ error: 'no' }, { status: 404 }));
    };
    const env = { LLM_BOX: 'llama-swaps://t@box.example:8443' };
    const majordomo = createMajordomo({ providers: [createLlamaSwap()], env, fetch });
    await expect(majordomo.model('box/m').generate({ messages: [user('hi')] })).rejects.toThrow();
    expect(urls[0]).toBe('https://box.example:8443/v1/chat/completions');
  });

  it('sets quirks in its query', async () => {
    await using server = await testServer(hello);
    await generate(
      `${server.origin.replace('http://', 'llama-swap://')}?maxTokensField=max_completion_tokens`,
    );
    expect(server.requests[0]?.body).toMatchObject({ max_completion_tokens: 7 });
  });

  it('rejects unknown parameters', async () => {
    await expect(generate('llama-swap://box:8080?ttl=3')).rejects.toMatchObject({ kind: 'config' });
  });
});

describe('loading', () => {
  it.each(['one piece', 'single bytes'])('is not reasoning, in %s', async (split) => {
    const body = [
      ...BANNER.map(loadingChunk),
      chunkOf({ reasoning_content: 'Hm.' }),
      chunkOf({ content: 'Hello' }),
      chunkOf({}, 'stop'),
    ]
      .map((event) => sseEvent(JSON.stringify(event)))
      .join('');
    const bytes = new TextEncoder().encode(`${body}data: [DONE]\n\n`);
    const fetch: typeof globalThis.fetch = () => {
      const size = split === 'one piece' ? bytes.length : 1;
      let at = 0;
      const stream = new ReadableStream<Uint8Array>({
        pull(controller) {
          controller.enqueue(bytes.subarray(at, (at += size)));
          if (at >= bytes.length) controller.close();
        },
      });
      return Promise.resolve(new Response(stream, { headers: SSE_TYPE }));
    };
    const { events, parts } = await callModel(createLlamaSwap({ baseURL: 'http://box', fetch }));
    expect(parts).toMatchObject([
      { type: 'reasoning', text: 'Hm.' },
      { type: 'text', text: 'Hello' },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/━|loading|Done/);
  });

  it('that fails is the error of the server', async () => {
    const failed = {
      error: { message: 'upstream command exited prematurely', type: 'server_error', code: 500 },
    };
    await using server = await testServer(streams(...BANNER.map(loadingChunk), failed));
    const { error, parts } = await callModel(createLlamaSwap({ baseURL: server.origin }));
    expect(error?.kind).toBe('server');
    expect(error?.message).toContain('upstream command exited prematurely');
    expect(parts).toEqual([]);
  });

  it('that ends early is truncated', async () => {
    await using server = await testServer((response) => {
      const banner = BANNER.map((text) => sseEvent(JSON.stringify(loadingChunk(text)))).join('');
      // Older servers report this in a line that is not an event.
      response.writeHead(200, SSE_TYPE).end(`${banner}{"error":"unable to start process"}\n`);
    });
    expect((await callModel(createLlamaSwap({ baseURL: server.origin }))).error?.kind).toBe('truncated');
  });

  it('ends with the first event of another form', async () => {
    await using server = await testServer(
      streams(
        loadingChunk('.'),
        chunkOf({ content: null }),
        loadingChunk('Hm.'),
        chunkOf({ content: 'ok' }),
        chunkOf({}, 'stop'),
      ),
    );
    const { parts } = await callModel(createLlamaSwap({ baseURL: server.origin }));
    expect(parts).toMatchObject([{ text: 'Hm.' }, { text: 'ok' }]);
  });

  it.each<[what: string, event: object]>([
    ['an id', { ...loadingChunk('Hm.'), id: 'c1' }],
    ['a finish reason', { choices: [{ delta: { reasoning_content: 'Hm.' }, finish_reason: null }] }],
    ['text', { choices: [{ delta: { reasoning_content: 'Hm.', content: '' } }] }],
    ['text longer than any loading message', loadingChunk('Hm.'.padEnd(5000, '.'))],
  ])('is not an event with %s', async (_what, event) => {
    await using server = await testServer(streams(event, chunkOf({ content: 'ok' }), chunkOf({}, 'stop')));
    const { parts } = await callModel(createLlamaSwap({ baseURL: server.origin }));
    expect(parts).toMatchObject([
      { type: 'reasoning', text: expect.stringMatching(/^Hm\./) },
      { text: 'ok' },
    ]);
  });
});

describe('a silent server', () => {
  it.each<[when: string, answer: Answer]>([
    ['before anything', () => undefined],
    ['while a model is loaded', stalls(...BANNER.slice(0, 4).map(loadingChunk))],
    ['within a response', stalls(chunkOf({ content: 'Hel' }))],
  ])('%s neither fails nor benches for 300 s; an abort ends it', async (_when, answer) => {
    await using server = await testServer(answer);
    const clock = fakeClock();
    const majordomo = createMajordomo({ providers: [createLlamaSwap({ baseURL: server.origin })], clock });
    const controller = new AbortController();
    const call = majordomo
      .model('llama-swap/m')
      .generate({ messages: [user('hi')] }, { signal: controller.signal })
      .then(
        () => 'finished',
        (error: unknown) => error,
      );
    const request = await server.request(0);
    await clock.advance(300_000);
    expect(majordomo.health.snapshot()).toEqual({});
    controller.abort();
    expect(LlmError.is(await call, 'aborted')).toBe(true);
    await request.closed;
    expect(server.requests).toHaveLength(1);
  });
});

describe('models', () => {
  const LIST = {
    object: 'list',
    data: [
      {
        id: 'qwen3:30b',
        owned_by: 'llama-swap',
        status: { value: 'loaded' },
        capabilities: { vision: true, function_calling: true, later: 1 },
        context_length: 32_768,
        meta: { n_ctx: 8192, llamaswap: { type: 'model' } },
      },
      { id: 'text-only', capabilities: { vision: false, function_calling: false }, meta: { n_ctx: 4096 } },
      { id: 'peer/m', meta: { llamaswap: { type: 'peer' } } },
      { name: 'no id' },
      null,
    ],
  };

  it('are listed with their reported facts', async () => {
    await using server = await testServer(answers(LIST));
    const majordomo = createMajordomo({
      providers: [createLlamaSwap({ baseURL: server.origin, apiKey: 'k' })],
    });
    const models = await majordomo.listModels('llama-swap');
    expect(models.map(({ id }) => id)).toEqual(['qwen3:30b', 'text-only', 'peer/m']);
    expect(models.map(({ capabilities }) => capabilities)).toMatchObject([
      { contextTokens: 32_768, tools: true, images: { mediaTypes: expect.arrayContaining(['image/png']) } },
      { contextTokens: 4096, tools: false, images: false },
      { files: false },
    ]);
    expect(server.requests[0]).toMatchObject({ path: '/v1/models', headers: { authorization: 'Bearer k' } });
  });

  it('have the reported facts in later calls', async () => {
    const message = { role: 'assistant', content: 'ok' };
    const completion = { id: 'c1', choices: [{ index: 0, message, finish_reason: 'stop' }] };
    await using server = await testServer((response, request) =>
      answers(request.method === 'GET' ? LIST : completion)(response),
    );
    const majordomo = createMajordomo({ providers: [createLlamaSwap({ baseURL: server.origin })] });
    const tools = [{ name: 'add', description: 'Adds.', parameters: { type: 'object', properties: {} } }];
    const call = (): Promise<{ text: string }> =>
      majordomo.model('llama-swap/text-only').generate({ messages: [user('hi')], tools });
    expect((await call()).text).toBe('ok');
    await majordomo.listModels('llama-swap');
    const error: unknown = await call().catch((thrown: unknown) => thrown);
    expect(LlmError.is(error, 'unsupported')).toBe(true);
    expect(server.requests.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('are protocol if they are not a list', async () => {
    await using server = await testServer(answers({ object: 'list' }));
    const majordomo = createMajordomo({ providers: [createLlamaSwap({ baseURL: server.origin })] });
    await expect(majordomo.listModels('llama-swap')).rejects.toMatchObject({ kind: 'protocol' });
  });
});
