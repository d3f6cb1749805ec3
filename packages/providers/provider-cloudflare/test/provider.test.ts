import { createMajordomo, LlmError, user } from '@majordomo/core';
import { answers, streams, testProviderTransport, testServer } from '@majordomo/test-support';
import { describe, expect, it, vi } from 'vitest';
import { createCloudflare, type AiBinding, type CloudflareOptions } from '../src/index.ts';
import { callModel } from './calls.ts';

const REST = { accountId: 'acc', apiKey: 'key' };

/** Returns a `fetch` that records requests and responds to each with a string. */
function outbox(): { sent: { url: string; headers: Headers }[]; fetch: typeof globalThis.fetch } {
  const sent: { url: string; headers: Headers }[] = [];
  return {
    sent,
    fetch: (url, init) => {
      sent.push({ url: String(url), headers: new Headers(init?.headers) });
      return Promise.resolve(Response.json({ result: { response: 'ok' } }));
    },
  };
}

/** Returns a binding that records its calls. */
function recordingBinding(run: (options: object) => unknown = () => ({ response: 'ok' })): {
  calls: { model: string; input: object; options: Record<string, unknown> }[];
  binding: AiBinding;
} {
  const calls: { model: string; input: object; options: Record<string, unknown> }[] = [];
  return {
    calls,
    binding: {
      async run(model, input, options = {}) {
        calls.push({ model, input, options: { ...options } });
        return run(options);
      },
    },
  };
}

describe('the account and the token', () => {
  const env = { CLOUDFLARE_ACCOUNT_ID: 'first', CF_ACCOUNT_ID: 'second', CLOUDFLARE_API_TOKEN: 'token' };

  it.each<
    [what: string, options: CloudflareOptions, env: Record<string, string>, account: string, key: string]
  >([
    ['come from the environment', {}, env, 'first', 'token'],
    ['may have the short name', {}, { ...env, CLOUDFLARE_ACCOUNT_ID: '' }, 'second', 'token'],
    ['come from the options before the environment', REST, env, 'acc', 'key'],
  ])('%s', async (_what, options, env, account, key) => {
    const { sent, fetch } = outbox();
    await callModel(createCloudflare({ ...options, fetch }), {}, { env });
    expect(sent[0]?.url).toBe(`https://api.cloudflare.com/client/v4/accounts/${account}/ai/run/@cf/m`);
    expect(sent[0]?.headers.get('authorization')).toBe(`Bearer ${key}`);
  });

  it.each<[missing: string, options: CloudflareOptions, kind: string, code: string]>([
    ['account', { apiKey: 'key' }, 'config', 'missing-account'],
    ['account that is empty', { apiKey: 'key', accountId: '' }, 'config', 'missing-account'],
    ['token', { accountId: 'acc' }, 'auth', 'missing-key'],
  ])('are checked by the call, not at creation: %s', async (_missing, options, kind, code) => {
    const { sent, fetch } = outbox();
    const { error } = await callModel(createCloudflare({ ...options, fetch }));
    expect(error).toMatchObject({ kind, details: { code, target: 'cloudflare/@cf/m' } });
    expect(sent).toEqual([]);
  });
});

describe('transport', () => {
  testProviderTransport({
    create: (options) => createCloudflare({ accountId: 'acc', ...options }),
    hello: streams({ response: 'Hello' }),
    rejection: answers({ success: false, errors: [{ code: 10_000, message: 'no key-1' }] }, 401),
  });
});

describe('a gateway', () => {
  const gateway = {
    id: 'gw',
    cacheTtl: 60,
    cacheKey: 'k',
    skipCache: false,
    metadata: { user: 7 },
    collectLog: true,
  };

  it('is addressed over REST with headers for its options', async () => {
    const { sent, fetch } = outbox();
    await callModel(createCloudflare({ ...REST, gateway, sessionAffinity: 's1', fetch }));
    expect(sent[0]?.url).toBe('https://gateway.ai.cloudflare.com/v1/acc/gw/workers-ai/@cf/m');
    expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({
      authorization: 'Bearer key',
      'content-type': 'application/json',
      'x-session-affinity': 's1',
      'cf-aig-cache-ttl': '60',
      'cf-aig-cache-key': 'k',
      'cf-aig-skip-cache': 'false',
      'cf-aig-metadata': '{"user":7}',
      'cf-aig-collect-log': 'true',
    });
  });

  it.each<[what: string, options: CloudflareOptions]>([
    ['has no headers without options', { gateway: { id: 'gw', cacheKey: undefined } }],
    ['is not part of a custom base URL', { gateway, baseURL: 'https://box.example' }],
  ])('%s', async (_what, options) => {
    const { sent, fetch } = outbox();
    await callModel(createCloudflare({ ...REST, ...options, fetch }));
    expect([...(sent[0]?.headers.keys() ?? [])]).toEqual(['authorization', 'content-type']);
  });

  it('is an option of the binding without unset members', async () => {
    const { calls, binding } = recordingBinding();
    await callModel(createCloudflare({ binding, gateway: { id: 'gw', cacheTtl: 60, cacheKey: undefined } }));
    expect(calls[0]?.options['gateway']).toStrictEqual({ id: 'gw', cacheTtl: 60 });
  });

  it('requires an id', () => {
    expect(() => createCloudflare({ gateway: { id: '' } })).toThrow(
      expect.objectContaining({ kind: 'config' }),
    );
  });
});

describe('a DSN', () => {
  const call = async (dsn: string): Promise<{ url: string; headers: Headers } | LlmError | undefined> => {
    const { sent, fetch } = outbox();
    const majordomo = createMajordomo({ providers: [createCloudflare()], env: { LLM_CF: dsn }, fetch });
    try {
      await majordomo.model('cf/@cf/m').generate({ messages: [user('hi')] });
    } catch (error) {
      if (LlmError.is(error)) return error;
      throw error;
    }
    return sent[0];
  };

  it.each([
    [
      'cloudflare://token@api.cloudflare.com?account=a1',
      'https://api.cloudflare.com/client/v4/accounts/a1/ai/run/@cf/m',
    ],
    [
      'cloudflare://token@api.cloudflare.com/client/v4?account=a1&gateway=gw',
      'https://gateway.ai.cloudflare.com/v1/a1/gw/workers-ai/@cf/m',
    ],
    ['cloudflare://token@box.example/x?account=a1', 'https://box.example/x/accounts/a1/ai/run/@cf/m'],
  ])('%s calls %s', async (dsn, url) => {
    const sent = await call(dsn);
    expect(sent).toMatchObject({ url });
    expect(sent instanceof Error ? undefined : sent?.headers.get('authorization')).toBe('Bearer token');
  });

  it('with an unknown parameter is rejected', async () => {
    const error = await call('cloudflare://token@api.cloudflare.com?acount=a1');
    expect(error).toMatchObject({ kind: 'config' });
    expect(String(error)).toContain('known quirks: account, gateway, reasoning, stop, toolChoice');
  });
});

describe('the binding', () => {
  it('receives model, input, headers and a signal', async () => {
    const { calls, binding } = recordingBinding();
    const provider = createCloudflare({ binding, sessionAffinity: 's1', headers: { 'X-Team': 'a' } });
    const { text } = await callModel(provider, { maxTokens: 9 });
    expect(text).toBe('ok');
    const [call] = calls;
    expect(call).toMatchObject({
      model: '@cf/m',
      input: { messages: [{ role: 'user', content: 'hi' }], max_tokens: 9, stream: true },
      options: { extraHeaders: { 'X-Team': 'a', 'x-session-affinity': 's1' } },
    });
    expect(call?.options['signal']).toBeInstanceOf(AbortSignal);
  });

  it('that rejects a signal is then called without a signal', async () => {
    const { calls, binding } = recordingBinding((options) => {
      if ('signal' in options) throw new DOMException('cannot be cloned', 'DataCloneError');
      return { response: 'ok' };
    });
    const provider = createCloudflare({ binding });
    for (const _ of [1, 2]) expect((await callModel(provider)).text).toBe('ok');
    expect(calls.map(({ options }) => 'signal' in options)).toEqual([true, false, false]);
  });

  it.each<[what: string, answer: () => unknown]>([
    ['an object', () => ({ response: 'ok' })],
    ['a response', () => Response.json({ response: 'ok' })],
    ['a stream', () => new Blob(['data: {"response":"ok"}\n\ndata: [DONE]\n\n']).stream()],
    ['a text', () => 'ok'],
  ])('may return %s', async (_what, answer) => {
    const { text, error } = await callModel(createCloudflare({ binding: recordingBinding(answer).binding }));
    expect(error).toBeUndefined();
    expect(text).toBe('ok');
  });

  it('that ignores the signal is not awaited, and its later response is discarded', async () => {
    let cancelled = (): void => undefined;
    const cancellation = new Promise<void>((resolve) => (cancelled = resolve));
    let give: (stream: ReadableStream) => void = () => undefined;
    const { binding, calls } = recordingBinding(() => new Promise((resolve) => (give = resolve)));
    const controller = new AbortController();
    const call = callModel(createCloudflare({ binding }), {}, { signal: controller.signal });
    while (calls.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect((await call).error?.kind).toBe('aborted');
    give(new ReadableStream({ cancel: cancelled }));
    await cancellation;
  });

  it('with a silent stream is released by an abort', async () => {
    let cancelled = (): void => undefined;
    const cancellation = new Promise<void>((resolve) => (cancelled = resolve));
    const stream = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: {"response":"Hel"}\n\n')),
      cancel: cancelled,
    });
    const majordomo = createMajordomo({
      providers: [createCloudflare({ binding: recordingBinding(() => stream).binding })],
    });
    const controller = new AbortController();
    const call = majordomo
      .model('cloudflare/@cf/m')
      .stream({ messages: [user('hi')] }, { signal: controller.signal });
    const read = (async () => {
      for await (const { type } of call) if (type === 'text-delta') controller.abort();
    })();
    await expect(read).rejects.toMatchObject({ kind: 'aborted' });
    await cancellation;
  });

  it('with a stream of speech that is not read to its end is released', async () => {
    const cancel = vi.fn();
    const page = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('<html>')),
      cancel,
    });
    const majordomo = createMajordomo({
      providers: [createCloudflare({ binding: recordingBinding(() => page).binding })],
    });
    const speech = majordomo.speechModel('cloudflare/@cf/deepgram/aura-1').speak({ text: 'Hello.' });
    await expect(speech).rejects.toMatchObject({ kind: 'protocol' });
    expect(cancel).toHaveBeenCalledOnce();
  });
});

describe('a response', () => {
  it('that is empty in a stream is requested again without streaming, once', async () => {
    const { calls, binding } = recordingBinding((_options) =>
      'stream' in (calls.at(-1)?.input ?? {}) ? {} : { response: 'ok' },
    );
    const majordomo = createMajordomo({ providers: [createCloudflare({ binding })] });
    const read = async (): Promise<string> =>
      (
        await majordomo
          .model('cloudflare/@cf/m')
          .stream({ messages: [user('hi')] })
          .response()
      ).text;
    expect([await read(), await read()]).toEqual(['ok', 'ok']);
    expect(calls.map(({ input }) => 'stream' in input)).toEqual([true, false, false]);
  });

  it('that follows a schema is not streamed', async () => {
    const { calls, binding } = recordingBinding(() => ({ response: { n: 1 } }));
    const schema = { type: 'object', properties: { n: { type: 'number' } } };
    const { text } = await callModel(createCloudflare({ binding }), { output: { name: 'answer', schema } });
    expect(text).toBe('{"n":1}');
    expect(calls[0]?.input).not.toHaveProperty('stream');
  });

  it.each([
    [undefined, false],
    [1024, false],
    [1025, true],
  ])('limited to %j tokens without deltas: streamed %j', async (maxTokens, isStream) => {
    await using server = await testServer(
      isStream ? streams({ response: 'ok' }) : answers({ result: { response: 'ok' } }),
    );
    const majordomo = createMajordomo({ providers: [createCloudflare({ ...REST, baseURL: server.origin })] });
    await majordomo.model('cloudflare/@cf/m').generate({ messages: [user('hi')], maxTokens });
    expect('stream' in (server.requests[0]?.body ?? {})).toBe(isStream);
  });
});
