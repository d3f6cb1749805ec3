import { createMajordomo, user, type Provider } from '@majordomo/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answers } from './answers.ts';
import { failureOf } from './calls.ts';
import { testServer, type TestServer } from './server.ts';

/** Members of a response that all vendors of Chat Completions send. */
export const CHAT_ANSWER = {
  id: 'r1',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 3, completion_tokens: 1 },
} as const;

interface ChatVendor {
  /** Id of the provider. The variables of the vendor's SDK begin with it. */
  readonly id: string;
  readonly create: (options: {
    readonly baseURL: string;
    readonly apiKey?: string | undefined;
    readonly headers?: Readonly<Record<string, string>>;
  }) => Provider;
  /** Path of the vendor's API, before `/chat/completions`. */
  readonly path: string;
  /** Response with the service tier `flex`, a queue time of 0.25 s and a total time of 1.5 s. */
  readonly answer: object;
}

/**
 * Tests a provider that wraps a vendor's own SDK of Chat Completions: its request, its key, its list of models, and that it reads
 * nothing from the process. Returns a function that returns the server of the current test.
 */
export function testChatVendor({ id, create, path, answer }: ChatVendor): () => TestServer {
  const LIST = { data: [{ id: 'llama-3.3-70b', context_window: 131072 }] };
  const prefix = id.toUpperCase();
  let server: TestServer;
  beforeEach(async () => {
    server = await testServer((response, request) =>
      answers(request.path.endsWith('/models') ? LIST : answer)(response),
    );
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  it('calls its own path with the key of env', async () => {
    const providers = [create({ baseURL: server.origin, headers: { 'X-Team': 'a' } })];
    const majordomo = createMajordomo({ providers, env: { [`${prefix}_API_KEY`]: 'k-env' } });
    const { text, usage } = await majordomo
      .model(`${id}/llama-3.3-70b`)
      .generate({ messages: [user('hi')], maxTokens: 9, extra: { [id]: { service_tier: 'flex' } } });
    expect(text).toBe('Hi');
    expect(usage).toMatchObject({
      input: 3,
      output: 1,
      details: { serviceTier: 'flex', stageMs: { queue: 250, total: 1500 } },
    });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      path: `${path}/chat/completions`,
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
    vi.stubEnv(`${prefix}_API_KEY`, 'k-process');
    vi.stubEnv(`${prefix}_BASE_URL`, 'http://127.0.0.1:9');
    vi.stubEnv(`${prefix}_CUSTOM_HEADERS`, 'x-from-process: 1');
    const generate = (apiKey?: string): Promise<unknown> =>
      createMajordomo({ providers: [create({ baseURL: server.origin, apiKey })] })
        .model(`${id}/m`)
        .generate({ messages: [user('hi')] });
    await generate('k-option');
    expect(server.requests.map(({ headers }) => [headers.authorization, headers['x-from-process']])).toEqual([
      ['Bearer k-option', undefined],
    ]);
    expect((await failureOf(generate())).kind).toBe('auth');
    expect(server.requests).toHaveLength(1);
  });

  it('lists its models', async () => {
    const provider = create({ baseURL: server.origin, apiKey: 'k' });
    const list = await provider.listModels?.({ target: id, signal: new AbortController().signal, env: {} });
    expect(list).toMatchObject([{ id: 'llama-3.3-70b', capabilities: { contextTokens: 131072 } }]);
    expect(server.requests[0]?.path).toBe(`${path}/models`);
  });

  return () => server;
}
