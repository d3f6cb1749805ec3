import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { createMajordomo, LlmError, user } from '@majordomo/core';
import { jsonLine } from '@majordomo/core/toolkit';
import { inTurn, readAll, testProviderTransport, testServer } from '@majordomo/test-support';
import { fakeClock } from '@majordomo/testing';
import { Ollama } from 'ollama';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createOllama, type OllamaOptions, type PullProgress } from '../src/index.ts';
import { callModel } from './calls.ts';
import { selfSigned } from './certificate.ts';
import { answers, lastLine, JSON_TYPE, NDJSON_TYPE, messageLine, stalls, streams } from './server.ts';

const hello = streams(messageLine({ content: 'Hel' }), messageLine({ content: 'lo' }), lastLine());

describe('a response', () => {
  it('is read from one object or from lines', async () => {
    const completeAnswer = answers(
      lastLine({ message: { role: 'assistant', content: 'Hello', thinking: 'Hm.' } }),
    );
    const lines = streams(messageLine({ thinking: 'Hm.' }), messageLine({ content: 'Hello' }), lastLine());
    await using server = await testServer(inTurn(completeAnswer, lines));
    const provider = createOllama({ profile: 'foreman', apiKey: 'k', baseURL: server.origin });
    const [one, many] = [await callModel(provider), await callModel(provider)];
    expect(one.events).toEqual(many.events);
    expect(one.finish).toBe('stop');
  });

  it('may be lines under a JSON type, or a pretty object', async () => {
    await using server = await testServer((response, _request, number) => {
      const lines = jsonLine(messageLine({ content: 'Hello' })) + jsonLine(lastLine());
      const pretty = JSON.stringify(lastLine({ message: { content: 'Hello' } }), null, 2);
      response.writeHead(200, JSON_TYPE).end(number === 1 ? lines : pretty);
    });
    for (const _ of [1, 2])
      expect((await callModel(createOllama({ baseURL: server.origin }))).text).toBe('Hello');
  });

  it('may have a line of 15 MB, but not of 17 MB', async () => {
    let size = 15_000_000;
    await using server = await testServer((response) =>
      streams(messageLine({ content: 'x'.repeat(size) }), lastLine())(response),
    );
    const provider = createOllama({ baseURL: server.origin });
    expect((await callModel(provider)).text).toHaveLength(15_000_000);
    size = 17_000_000;
    const { error, events } = await callModel(provider);
    expect(error).toMatchObject({ kind: 'protocol', details: { code: 'line-too-long' } });
    expect(error?.message).toBe('ollama/m: the response contains a line of more than 16777216 characters');
    expect(events.some(({ type }) => type === 'text-delta')).toBe(false);
  });

  it('contains generated images', async () => {
    const imageMessage = { images: ['aGk='] };
    await using server = await testServer(
      streams(messageLine(imageMessage), messageLine({ ...imageMessage, content: 'ok' }), lastLine()),
    );
    const { text, warnings, parts } = await callModel(createOllama({ baseURL: server.origin }));
    expect([text, warnings]).toEqual(['ok', []]);
    const image = { type: 'image', mediaType: 'image/png', bytes: new TextEncoder().encode('hi') };
    expect(parts).toEqual([image, { type: 'text', text: 'ok' }, image]);
  });

  it('with done and without a reason is complete, with a warning', async () => {
    await using server = await testServer(
      streams(messageLine({ content: 'ok' }), lastLine({ done_reason: undefined })),
    );
    const { finish, warnings } = await callModel(createOllama({ baseURL: server.origin }));
    expect(finish).toBe('other');
    expect(warnings).toMatchObject([{ action: 'repaired', what: 'finish reason' }]);
  });

  it('gets deterministic ids for calls without ids', async () => {
    const call = { function: { name: 'add', arguments: { a: 1 } } };
    await using server = await testServer(
      streams(messageLine({ tool_calls: [call, call] }), messageLine({ tool_calls: [call] }), lastLine()),
    );
    const provider = createOllama({ baseURL: server.origin });
    const [first, second] = [await callModel(provider), await callModel(provider)];
    expect(new Set(first.toolCalls.map(({ id }) => id)).size).toBe(3);
    expect(first.toolCalls).toEqual(second.toolCalls);
    expect(first.finish).toBe('tool-calls');
  });

  it('may have arguments as text, and marks invalid JSON', async () => {
    const calls = ['{"a":1}', '[1]'].map((args) => ({ function: { name: 'add', arguments: args } }));
    await using server = await testServer(streams(messageLine({ tool_calls: calls }), lastLine()));
    const { toolCalls } = await callModel(createOllama({ baseURL: server.origin }));
    expect(toolCalls).toMatchObject([{ args: { a: 1 } }, { args: {}, invalid: { raw: '[1]' } }]);
  });

  it.each([
    ['message', { done: false }],
    ['message.content', messageLine({ content: 7 })],
    ['message.tool_calls', messageLine({ tool_calls: {} })],
    [
      'message.tool_calls[1].function.name',
      messageLine({ tool_calls: [{ function: { name: 'a' } }, { id: 'x' }] }),
    ],
  ])('without a valid %s is protocol with the path', async (path, drifted) => {
    await using server = await testServer(streams(drifted, lastLine()));
    const { error } = await callModel(createOllama({ baseURL: server.origin }));
    expect(error).toMatchObject({ kind: 'protocol', details: { path } });
  });

  it('to a truncated prompt causes a warning', async () => {
    const cut = streams(messageLine({ content: 'ok' }), lastLine({ prompt_eval_count: 4096 }));
    await using server = await testServer(cut);
    const messages = [user('word '.repeat(8000))];
    const { warnings } = await callModel(createOllama({ baseURL: server.origin, numCtx: 4096 }), {
      messages,
    });
    expect(warnings).toMatchObject([{ action: 'dropped', what: 'part of the prompt' }]);
    expect(server.requests[0]?.body).toMatchObject({ options: { num_ctx: 4096 } });
  });
});

describe('a non-streaming call', () => {
  const completeAnswer = answers(lastLine({ message: { role: 'assistant', content: 'Hello' } }));
  const streamed = async (options: OllamaOptions): Promise<unknown> => {
    // The server may respond with lines nevertheless.
    await using server = await testServer((response, { body }, number) =>
      ((body as { stream: boolean }).stream || number > 2 ? hello : completeAnswer)(response),
    );
    const provider = createOllama({ ...options, baseURL: server.origin });
    const model = createMajordomo({ providers: [provider] }).model(`${provider.id}/m`);
    expect((await model.generate({ messages: [user('hi')] })).text).toBe('Hello');
    const { stream } = server.requests[0]?.body as { stream: unknown };
    expect((await model.stream({ messages: [user('hi')] }).response()).text).toBe('Hello');
    expect(server.requests[1]).toMatchObject({ body: { stream: true } });
    expect((await model.generate({ messages: [user('hi')] })).text).toBe('Hello');
    return stream;
  };

  it.each<[string, OllamaOptions]>([
    ['a local server', {}],
    ['a local server with a total timeout', { timeouts: { totalMs: 60_000, completeMs: 60_000 } }],
    ['a local server with an undefined timeout', { timeouts: { idleMs: undefined } }],
  ])('requests one body from %s', async (_where, options) => {
    expect(await streamed(options)).toBe(false);
  });

  it.each<[string, OllamaOptions]>([
    ['with an idle timeout', { timeouts: { idleMs: 60_000 } }],
    ['with a timeout for the first content', { timeouts: { firstContentMs: 60_000 } }],
    ['in the cloud', { profile: 'ollama-cloud', apiKey: 'k', timeouts: { idleMs: 0 } }],
    ['behind a queue', { profile: 'foreman', apiKey: 'k' }],
  ])('streams from a server %s', async (_where, options) => {
    expect(await streamed(options)).toBe(true);
  });
});

describe('a key', () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('is read from env for the cloud, never from the process', async () => {
    vi.stubEnv('OLLAMA_API_KEY', 'of-the-process');
    const requests: (string | null)[] = [];
    const fetch: typeof globalThis.fetch = async (url, init) => {
      requests.push(`${String(url)} ${new Headers(init?.headers).get('authorization') ?? 'none'}`);
      return new Response(jsonLine(lastLine({ message: { content: 'ok' } })), { headers: NDJSON_TYPE });
    };
    await callModel(
      createOllama({ profile: 'ollama-cloud', fetch }),
      {},
      { env: { OLLAMA_API_KEY: 'given' } },
    );
    await callModel(createOllama({ baseURL: 'https://ollama.com', fetch }));
    const { error } = await callModel(createOllama({ profile: 'ollama-cloud', fetch }));
    expect(requests).toEqual([
      'https://ollama.com:443/api/chat Bearer given',
      'https://ollama.com:443/api/chat none',
    ]);
    expect(error).toMatchObject({ kind: 'auth', details: { code: 'missing-key' } });
  });
});

describe('transport', () => {
  testProviderTransport({
    create: (options) => createOllama({ profile: 'foreman', ...options }),
    hello,
    rejection: answers({ error: 'unauthorized: key-1' }, 401),
  });
});

describe('the address of the server', () => {
  it.each([
    ['OLLAMA_HOST', (host: string) => callModel(createOllama(), {}, { env: { OLLAMA_HOST: host } })],
    ['baseURL', (host: string) => callModel(createOllama({ baseURL: host }))],
    [
      'baseURL, before OLLAMA_HOST',
      (host: string) => callModel(createOllama({ baseURL: host }), {}, { env: { OLLAMA_HOST: 'x' } }),
    ],
  ])('is set by %s', async (_name, call) => {
    await using server = await testServer(hello);
    expect((await call(server.origin.replace('http://', ''))).text).toBe('Hello');
    expect(server.requests[0]).toMatchObject({ method: 'POST', path: '/api/chat' });
  });

  it('of foreman has no default, and the error of a call names the option', async () => {
    const { error } = await callModel(createOllama({ profile: 'foreman', apiKey: 'k' }));
    expect(error).toMatchObject({ kind: 'config', details: { code: 'missing-url' } });
    expect(error?.message).toContain('LLM_BOX=foreman://TOKEN@host');
  });

  it('is a DSN over TLS with a token, and the model id is sent unchanged', async () => {
    const { key, cert } = selfSigned();
    const trusted = getCACertificates('default');
    setDefaultCACertificates([...trusted, cert]);
    try {
      await using server = await testServer(hello, (listener) => createServer({ key, cert }, listener));
      const host = server.origin.replace('http://', '');
      const majordomo = createMajordomo({
        providers: [createOllama()],
        env: { LLM_FM: `foreman://tok%40en@${host}` },
      });
      const { text, target } = await majordomo.model('fm/qwen3:30b').generate({ messages: [user('hi')] });
      expect([text, target]).toEqual(['Hello', 'fm/qwen3:30b']);
      expect(server.requests[0]).toMatchObject({
        headers: { authorization: 'Bearer tok@en' },
        body: { model: 'qwen3:30b', stream: true },
      });
    } finally {
      setDefaultCACertificates(trusted);
    }
  });

  it('is that of a client of the application', async () => {
    await using server = await testServer(hello);
    const client = new Ollama({
      host: server.origin,
      headers: { authorization: 'Bearer own', 'x-app': '1' },
    });
    expect((await callModel(createOllama({ client }))).text).toBe('Hello');
    expect(server.requests[0]?.headers).toMatchObject({ authorization: 'Bearer own', 'x-app': '1' });
    expect((await callModel(createOllama({ client: {} }))).error).toMatchObject({ kind: 'config' });
  });

  it('reports errors and aborts of a client of the application', async () => {
    let close = (): void => undefined;
    const closed = new Promise<void>((resolve) => (close = resolve));
    await using server = await testServer((response, _request, number) => {
      if (number === 1) {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ error: "model 'm' not found" }));
        return;
      }
      response.on('close', close);
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"model":"m","message":{"role":"assistant","content":"Hel"},"done":false}\n');
    });
    const majordomo = createMajordomo({
      providers: [createOllama({ client: new Ollama({ host: server.origin }) })],
    });
    const model = majordomo.model('ollama/m');
    const messages = [user('hi')];
    await expect(model.generate({ messages })).rejects.toMatchObject({
      kind: 'not-found',
      details: { status: 404 },
    });
    for await (const event of model.stream({ messages })) if (event.type === 'text-delta') break;
    await closed;
    expect(server.requests).toHaveLength(2);
  });
});

describe('a silent server', () => {
  it.each(['ollama', 'foreman'] as const)(
    'neither fails nor benches %s for 300 s; an abort ends it',
    async (profile) => {
      await using server = await testServer(() => undefined);
      const clock = fakeClock();
      const majordomo = createMajordomo({
        providers: [createOllama({ profile, apiKey: 'k', baseURL: server.origin })],
        clock,
      });
      const controller = new AbortController();
      const call = majordomo
        .model(`${profile}/m`)
        .generate({ messages: [user('hi')] }, { signal: controller.signal })
        .then(
          () => 'finished',
          (error: unknown) => error,
        );
      const request = await server.request(0);
      await clock.advance(300_000);
      expect(majordomo.health.snapshot()).toEqual({});
      // The clock does not advance, so an abort that waits for a timer would hang.
      controller.abort();
      expect(LlmError.is(await call, 'aborted')).toBe(true);
      await request.closed;
      expect(server.requests).toHaveLength(1);
    },
  );

  it('may pause for 300 s inside a response', async () => {
    await using server = await testServer(stalls(messageLine({ content: 'Hel' })));
    const clock = fakeClock();
    const majordomo = createMajordomo({ providers: [createOllama({ baseURL: server.origin })], clock });
    const controller = new AbortController();
    let text = '';
    try {
      for await (const event of majordomo
        .model('ollama/m')
        .stream({ messages: [user('hi')] }, { signal: controller.signal })) {
        if (event.type !== 'text-delta') continue;
        text += event.text;
        void clock.advance(300_000).then(() => {
          controller.abort();
        });
      }
    } catch (error) {
      expect(error).toMatchObject({ kind: 'aborted', details: { partial: { text: 'Hel' } } });
    }
    expect(text).toBe('Hel');
  });
});

describe('models', () => {
  it('are listed by name', async () => {
    await using server = await testServer(
      answers({ models: [{ model: 'gpt-oss:20b', size: 1 }, { name: 'llava:7b' }, {}] }),
    );
    const majordomo = createMajordomo({ providers: [createOllama({ baseURL: server.origin })] });
    expect(await majordomo.listModels('ollama')).toMatchObject([
      { id: 'gpt-oss:20b', provider: 'ollama', capabilities: { tools: true, images: false } },
      { id: 'llava:7b', provider: 'ollama' },
    ]);
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/api/tags' });
  });

  it.each([
    ['protocol', answers({ tags: [] })],
    ['auth', answers({ error: 'unauthorized' }, 401)],
  ])('that cannot be listed are a failure of kind %s', async (kind, answer) => {
    await using server = await testServer(answer);
    const majordomo = createMajordomo({ providers: [createOllama({ baseURL: server.origin })] });
    await expect(majordomo.listModels('ollama')).rejects.toMatchObject({ kind });
  });

  const progress = [
    { status: 'pulling manifest' },
    { status: 'pulling 8eeb52dfb3bb', digest: 'sha256:8eeb', total: 100, completed: 40 },
    { status: 'success' },
  ];
  const pulled = async (steps: AsyncIterable<PullProgress>): Promise<PullProgress[]> => {
    return readAll(steps);
  };

  it('are downloaded with progress', async () => {
    await using server = await testServer(streams(...progress));
    const steps = await pulled(createOllama().pull('llama3.2', { env: { OLLAMA_HOST: server.origin } }));
    expect(steps.map(({ status, completed, total }) => [status, completed, total])).toEqual([
      ['pulling manifest', undefined, undefined],
      ['pulling 8eeb52dfb3bb', 40, 100],
      ['success', undefined, undefined],
    ]);
    expect(server.requests[0]).toMatchObject({ path: '/api/pull', body: { name: 'llama3.2', stream: true } });
  });

  it.each([
    ['not-found', streams({ error: 'pull model manifest: file does not exist' })],
    ['not-found', answers({ error: "model 'x' not found" }, 404)],
    ['truncated', streams(...progress.slice(0, 2))],
    ['network', stalls()],
  ])('that cannot be downloaded are a failure of kind %s', async (kind, answer) => {
    await using server = await testServer(answer);
    const steps = createOllama({ baseURL: server.origin }).pull('x');
    if (kind === 'network') void server.request(0).then(() => server[Symbol.asyncDispose]());
    await expect(pulled(steps)).rejects.toMatchObject({ kind });
  });

  it('are downloaded until an abort', async () => {
    await using server = await testServer(stalls(...progress.slice(0, 2)));
    const provider = createOllama({ baseURL: server.origin });
    for await (const { status } of provider.pull('x')) if (status !== 'pulling manifest') break;
    await server.requests[0]?.closed;
    const controller = new AbortController();
    const aborted = pulled(provider.pull('x', { signal: controller.signal }));
    void server.request(1).then(() => {
      controller.abort();
    });
    await expect(aborted).rejects.toMatchObject({ kind: 'aborted' });
    await server.requests[1]?.closed;
  });

  it('are downloaded by a local server only', () => {
    expect(() => createOllama({ profile: 'ollama-cloud' }).pull('x')).toThrow(/use profile ollama/);
  });
});

describe('the data handling', () => {
  const dataOf = (options: OllamaOptions, modelId = 'm', env = {}): unknown => {
    const { data } = createOllama(options);
    return typeof data === 'function' ? data(modelId, env) : data;
  };

  it('is local for a server on this machine, except for models of the cloud', () => {
    const local = { region: 'local', retentionDays: 0, trainsOn: false };
    expect(dataOf({})).toEqual(local);
    expect(dataOf({}, 'gpt-oss:120b-cloud')).toEqual({});
    expect(dataOf({}, 'kimi-k2:cloud')).toEqual({});
    expect(dataOf({}, 'm', { OLLAMA_HOST: 'gpu.lan' })).toEqual({});
    expect(dataOf({}, 'm', { OLLAMA_HOST: '0.0.0.0:9' })).toEqual(local);
    expect(dataOf({ profile: 'foreman', apiKey: 'k', baseURL: 'http://127.0.0.1:9' })).toEqual({});
    expect(dataOf({ profile: 'ollama-cloud', data: { region: 'us' } })).toEqual({ region: 'us' });
  });
});
