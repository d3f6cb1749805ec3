import { createMajordomo, user, type Env, type TurnMessage } from '@majordomo/core';
import { answers, failureOf, testServer, type TestServer } from '@majordomo/test-support';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenAI, groq, mistral, openaiCompatible } from '../src/index.ts';

let server: TestServer;
afterEach(() => server.close());

const request = { messages: [user('hi')] };
const body = {
  id: 'r',
  status: 'completed',
  output: [{ type: 'message', content: [{ type: 'output_text', text: 'yes' }] }],
};

describe('the base URL of OpenAI', () => {
  it('is OPENAI_BASE_URL of env', async () => {
    server = await testServer(answers(body));
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${server.origin}/v1` };
    const majordomo = createMajordomo({ env, providers: [createOpenAI()] });
    const { text } = await majordomo.model('openai/gpt-5').generate(request);
    expect(text).toBe('yes');
    expect(server.requests[0]?.path).toBe('/v1/responses');
  });

  it('is the option baseURL before the variable', async () => {
    server = await testServer(answers(body));
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' };
    const providers = [createOpenAI({ baseURL: `${server.origin}/v1` })];
    const { text } = await createMajordomo({ env, providers }).model('openai/gpt-5').generate(request);
    expect(text).toBe('yes');
  });

  it('is not the URL of another vendor', async () => {
    server = await testServer(answers(body));
    const env = { OPENAI_API_KEY: 'k', GROQ_API_KEY: 'g', OPENAI_BASE_URL: `${server.origin}/v1` };
    const fetch: typeof globalThis.fetch = (url) =>
      Promise.reject(new Error(`called ${String(url instanceof Request ? url.url : url)}`));
    const majordomo = createMajordomo({ env, fetch, providers: [openaiCompatible(groq)] });
    const failure = await failureOf(majordomo.model('groq/m').generate(request));
    expect(String(failure)).toContain('https://api.groq.com/openai/v1/chat/completions');
    expect(server.requests).toEqual([]);
  });

  it('rejects an invalid variable and names it', async () => {
    server = await testServer(answers(body));
    const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: 'localhost:4141' };
    const majordomo = createMajordomo({ env, providers: [createOpenAI()] });
    await expect(majordomo.model('openai/gpt-5').generate(request)).rejects.toMatchObject({
      kind: 'config',
      message: expect.stringContaining('OPENAI_BASE_URL must begin with https:// or http://') as string,
    });
  });
});

it('is read from the variable of a profile', async () => {
  server = await testServer(
    answers({
      choices: [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }],
    }),
  );
  const env = { MISTRAL_API_KEY: 'k', MISTRAL_BASE_URL: `${server.origin}/proxy/v1` };
  const majordomo = createMajordomo({ env, providers: [openaiCompatible(mistral)] });
  const { text } = await majordomo.model('mistral/m').generate(request);
  expect(text).toBe('yes');
  expect(server.requests[0]?.path).toBe('/proxy/v1/chat/completions');
});

describe('a failed connection', () => {
  const messageWith = async (env: Env): Promise<string> => {
    server = await testServer(answers(body));
    const majordomo = createMajordomo({
      env: { OPENAI_API_KEY: 'k', ...env },
      providers: [createOpenAI()],
      chain: { attempts: 1 },
    });
    const spec = env['LLM_LAB'] === undefined ? 'openai/m' : 'lab/m';
    const failure = await failureOf(majordomo.model(spec).generate(request));
    expect(failure.kind).toBe('network');
    return failure.message;
  };

  it('names the base URL and OPENAI_BASE_URL once', async () => {
    expect(await messageWith({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' })).toBe(
      'openai/m: the connection to http://127.0.0.1:1/v1 (OPENAI_BASE_URL) failed: bad port',
    );
  });

  it('names the variable of a DSN', async () => {
    expect(await messageWith({ LLM_LAB: 'openai+http://token@127.0.0.1:1/v1' })).toBe(
      'lab/m: the connection to http://127.0.0.1:1/v1 (LLM_LAB) failed: bad port',
    );
  });

  it('to a server without TLS states the remedy without the place in OpenSSL', async () => {
    const plain = await testServer(answers(body));
    const url = plain.origin.replace('http:', 'https:');
    const message = await messageWith({ OPENAI_BASE_URL: url }).finally(() => {
      void plain.close();
    });
    expect(message).toMatch(
      /^openai\/m: the connection to https:[^ ]+ \(OPENAI_BASE_URL\) failed: the server answers without TLS \([^:]+\); write http:\/\/ instead of https:\/\/$/,
    );
  });
});

describe.each([
  ['responses', 'https://proxy.test', 'https://proxy.test/other'],
  ['chat', 'https://proxy.test/v1', 'https://proxy.test/v1'],
] as const)('the reasoning family of a model over %s', (api, variable, option) => {
  const families = (env: Env, baseURL?: string): readonly string[] =>
    createOpenAI({ api, baseURL }).model('gpt-5', env).families;

  it('is that of the base URL in OPENAI_BASE_URL', () => {
    expect(families({ OPENAI_BASE_URL: variable })).toEqual(families({}, option));
    expect(families({ OPENAI_BASE_URL: variable })).not.toEqual(families({}));
  });

  it('is that of the option baseURL before the variable', () => {
    expect(families({ OPENAI_BASE_URL: variable }, 'https://a.test/v1')).toEqual(
      families({}, 'https://a.test/v1'),
    );
  });
});

it('sends no reasoning of another server to the server in OPENAI_BASE_URL', async () => {
  server = await testServer(answers(body));
  const env = { OPENAI_API_KEY: 'k', OPENAI_BASE_URL: `${server.origin}/v1` };
  const provider = createOpenAI();
  const turn = (family: string | undefined, text: string): TurnMessage => ({
    role: 'assistant',
    parts: [
      {
        type: 'reasoning',
        text,
        replay: { family: family ?? '', data: { id: text, encrypted_content: text } },
      },
      { type: 'text', text: 'ok' },
    ],
  });
  const messages = [
    user('hi'),
    turn(provider.model('gpt-5').families[0], 'foreign'),
    user('and?'),
    turn(provider.model('gpt-5', env).families[0], 'native'),
    user('go on'),
  ];
  await createMajordomo({ env, providers: [provider] })
    .model('openai/gpt-5')
    .generate({ messages });
  const sent = JSON.stringify(server.requests[0]?.body);
  expect(sent).toContain('native');
  expect(sent).not.toContain('foreign');
});

describe('a 404 over Responses', () => {
  const messageOf = async (error: unknown, status = 404): Promise<string> => {
    server = await testServer(answers(error, status));
    const providers = [createOpenAI({ apiKey: 'k', baseURL: `${server.origin}/v1` })];
    return (await failureOf(createMajordomo({ providers }).model('openai/gpt-5').generate(request))).message;
  };

  it('of a server without the path suggests Chat Completions', async () => {
    const hint =
      "; if the server does not implement /responses, set api to 'chat', or use a DSN with the scheme openai";
    expect(await messageOf({ detail: 'Not Found' })).toContain(`Not Found${hint}`);
    await server.close();
    expect(await messageOf({ error: { message: 'Invalid URL (POST /v1/responses)' } })).toContain(hint);
    await server.close();
    expect(await messageOf({ detail: 'Method Not Allowed' }, 405)).toContain(`Method Not Allowed${hint}`);
  });

  it('of a missing model does not', async () => {
    const error = { message: 'The model `gpt-9` does not exist', code: 'model_not_found' };
    expect(await messageOf({ error })).not.toContain('/responses');
  });
});
