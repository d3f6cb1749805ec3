import Anthropic, { type APIError as AnthropicError } from '@anthropic-ai/sdk';
import type { FailureName } from '@majordomo/conformance';
import OpenAI, { type APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

const byOpenAI = async (at: TestGateway, model = 'gpt'): Promise<unknown> =>
  await new OpenAI({ baseURL: `${at.url}/v1`, apiKey: KEY, maxRetries: 0 }).chat.completions
    .create({ model, messages })
    .catch((error: unknown) => error);
const byAnthropic = async (at: TestGateway, model = 'claude'): Promise<unknown> =>
  await new Anthropic({ baseURL: at.url, apiKey: KEY, maxRetries: 0 }).messages
    .create({ model, messages, max_tokens: 10 })
    .catch((error: unknown) => error);

/** A failure of both vendors → what each client raises. */
const ROWS: readonly (readonly [
  FailureName,
  number,
  new (...args: never[]) => APIError,
  string,
  new (...args: never[]) => AnthropicError,
  string,
])[] = [
  [
    'rate-limit',
    429,
    OpenAI.RateLimitError,
    'rate_limit_exceeded',
    Anthropic.RateLimitError,
    'rate_limit_error',
  ],
  [
    'overloaded',
    503,
    OpenAI.InternalServerError,
    'overloaded',
    Anthropic.InternalServerError,
    'overloaded_error',
  ],
  ['server', 502, OpenAI.InternalServerError, 'server', Anthropic.InternalServerError, 'api_error'],
  ['auth', 502, OpenAI.InternalServerError, 'auth', Anthropic.InternalServerError, 'api_error'],
  ['billing', 502, OpenAI.InternalServerError, 'billing', Anthropic.InternalServerError, 'api_error'],
  [
    'invalid',
    400,
    OpenAI.BadRequestError,
    'invalid_request',
    Anthropic.BadRequestError,
    'invalid_request_error',
  ],
  [
    'overflow',
    400,
    OpenAI.BadRequestError,
    'context_length_exceeded',
    Anthropic.BadRequestError,
    'invalid_request_error',
  ],
];

describe('a failure of every vendor', () => {
  it.each(ROWS)(
    '%s is status %i, and of the right class at each client',
    async (failure, status, ...forms) => {
      const script = (): { readonly failure: FailureName } => ({ failure });
      const [openaiClass, code, anthropicClass, type] = forms;
      await using at = await startGateway({
        openai: script,
        anthropic: script,
        gateway: { models: { gpt: 'openai/gpt-5.4', claude: 'anthropic/claude-sonnet-4-6' } },
      });
      const openai = await byOpenAI(at);
      expect(openai).toBeInstanceOf(openaiClass);
      expect(openai).toMatchObject({ status, code });
      const anthropic = await byAnthropic(at);
      expect(anthropic).toBeInstanceOf(anthropicClass);
      expect(anthropic).toMatchObject({ status, error: { type: 'error', error: { type } } });
      expect(String(openai) + String(anthropic)).not.toMatch(/vendor-secret|127\.0\.0\.1|sk-/);
    },
  );

  it.each<[FailureName, string]>([
    ['rate-limit', 'the vendor limits the rate of requests'],
    ['overloaded', 'the vendor is overloaded'],
    ['server', 'the vendor failed'],
    ['auth', 'the vendor rejected the credentials of the gateway; its operator receives the reason'],
    ['billing', 'the gateway’s account at the vendor has no credit; its operator receives the reason'],
  ])('of the kind %s has a message without details of the vendor', async (failure, message) => {
    const models = { gpt: 'openai/gpt-5.4' };
    await using at = await startGateway({ openai: () => ({ failure }), gateway: { models } });
    expect(await byOpenAI(at)).toMatchObject({ error: { message } });
  });

  it.each([false, true])(
    'is told as one that passes where only the next target cannot take the request (benched: %s)',
    async (isBenched) => {
      await using at = await startGateway({
        openai: () => ({ failure: 'overloaded', retryAfter: { seconds: 7 } }),
        anthropic: () => ({ failure: 'overflow' }),
      });
      if (isBenched) at.majordomo.health.bench('openai/gpt-5.4', 7000);
      const told = await byOpenAI(at);
      expect(told).toBeInstanceOf(OpenAI.InternalServerError);
      expect(told).toMatchObject({ status: 503, code: 'overloaded' });
      expect((told as APIError).headers?.get('retry-after')).toBe('7');
      expect(at.anthropic.requests).toHaveLength(1);
    },
  );

  it('reports the time to wait', async () => {
    await using at = await startGateway({
      openai: [{ failure: 'rate-limit', retryAfter: { seconds: 7 } }],
      gateway: { models: { gpt: 'openai/gpt-5.4' } },
    });
    const error = (await byOpenAI(at)) as APIError;
    expect(error.headers?.get('retry-after')).toBe('7');
  });
});

describe('a refused request', () => {
  const post = (
    at: TestGateway,
    path: string,
    body: unknown,
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    fetch(at.url + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${KEY}`, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  const chat = '/v1/chat/completions';

  it('is 401 without a known key, in the format of each wire', async () => {
    await using at = await startGateway();
    const none = await post(at, chat, { model: 'gpt', messages }, { authorization: 'Bearer stranger' });
    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({
      error: { type: 'authentication_error', code: 'invalid_api_key' },
    });
    const other = await post(at, '/v1/messages', {}, { authorization: 'Bearer stranger' });
    expect(await other.json()).toMatchObject({ type: 'error', error: { type: 'authentication_error' } });
    expect(at.openai.requests).toHaveLength(0);
  });

  it.each([
    ['/v1/nothing', 404, 'no_such_route'],
    ['/v1/chat/completions', 400, 'invalid_request'],
  ])('has an error code in snake case, as at OpenAI: %s', async (path, status, code) => {
    await using at = await startGateway();
    const response = await post(at, path, { model: 'gpt', messages: 'none' });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it('is 404 for a model that is not served or not allowed', async () => {
    await using at = await startGateway({ gateway: { authorize: () => ({ models: ['claude'] }) } });
    expect(await byOpenAI(at, 'gpt')).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
    });
    expect(await byOpenAI(at, 'openai/gpt-5.4')).toMatchObject({ status: 404 });
    expect(await byOpenAI(at, 'constructor')).toMatchObject({ status: 404 });
    expect(await byOpenAI(at, 'claude')).toMatchObject({ model: 'claude' });
  });

  it('is none for any spec with `anySpec`', async () => {
    await using at = await startGateway({ gateway: { anySpec: true } });
    expect(await byOpenAI(at, 'anthropic/claude-haiku-4-5')).toMatchObject({
      model: 'anthropic/claude-haiku-4-5',
    });
  });

  it.each(['nobody/x', 'a,,b', 'no-name', 'openai/'])('is 404 for the invalid spec %s', async (spec) => {
    await using at = await startGateway({ gateway: { anySpec: true } });
    expect(await byOpenAI(at, spec)).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it.each([
    ['', 'the body is missing'],
    ['{', 'the body is not valid JSON'],
    ['[]', 'the body must be an object'],
    [{ model: 'gpt' }, 'messages is required'],
    [{ model: 'gpt', messages: [] }, 'messages must not be empty'],
    [{ model: 'gpt', messages: [{ role: 'robot', content: '' }] }, 'messages[0].role must be one of'],
    [{ model: 'gpt', messages: [{ role: 'user' }] }, 'messages[0].content is required'],
    [
      {
        model: 'gpt',
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] },
        ],
      },
      'messages[0].content[0].image_url.url must be a data URL',
    ],
    [{ model: 'gpt', messages, n: 9 }, 'n must be from 1 to 8, not 9'],
    [{ model: 'gpt', messages, max_tokens: 1.5 }, 'max_tokens must be an integer, not 1.5'],
    [{ model: 'gpt', messages, max_tokens: 0 }, 'max_tokens must be at least 1, not 0'],
    [{ model: 'gpt', messages, max_tokens: 1e300 }, 'max_tokens must be at most 9007199254740991, not'],
    [{ model: 'gpt', messages, presence_penalty: -2.1 }, 'presence_penalty must be from -2 to 2, not -2.1'],
    [{ model: 'gpt', messages, functions: [] }, 'functions is not supported; use tools'],
    [{ model: 'gpt', messages, function_call: 'auto' }, 'function_call is not supported; use tools'],
    [{ model: 'gpt', messages, temperature: '1' }, 'temperature must be a number, not of type string'],
    [
      { model: 'gpt', messages, tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name is required',
    ],
    [
      {
        model: 'gpt',
        messages,
        tools: [{ type: 'function', function: { name: 'a' } }],
        tool_choice: { type: 'function', function: { name: 'b' } },
      },
      'tool_choice.function.name names "b"',
    ],
    [
      { model: 'gpt', messages: [{ role: 'user', content: '\ud800' }] },
      'messages[0].content is not valid Unicode',
    ],
  ])('names the path: %j', async (body, message) => {
    await using at = await startGateway();
    const answer = await post(at, chat, body);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as { error: { message: string } };
    expect(error.message).toContain(message);
    expect(at.openai.requests).toHaveLength(0);
  });

  it('has an unsupported encoding or invalid UTF-8', async () => {
    await using at = await startGateway();
    const packed = await post(at, chat, '{}', { 'content-encoding': 'gzip' });
    expect([packed.status, await packed.text()]).toEqual([
      400,
      expect.stringContaining('content-encoding gzip'),
    ]);
    const bytes = Buffer.from(
      JSON.stringify({ model: 'gpt', messages: [{ role: 'user', content: 'é' }] }),
      'latin1',
    );
    const headers = { authorization: `Bearer ${KEY}` };
    const latin = await fetch(at.url + chat, { method: 'POST', headers, body: bytes });
    expect([latin.status, await latin.json()]).toMatchObject([
      400,
      { error: { message: 'the body is not valid UTF-8', param: null } },
    ]);
    expect(at.openai.requests).toHaveLength(0);
  });

  it('explains the base URL of the other vendor', async () => {
    await using at = await startGateway();
    const openai = new OpenAI({ baseURL: at.url, apiKey: KEY, maxRetries: 0 });
    const anthropic = new Anthropic({ baseURL: `${at.url}/v1`, apiKey: KEY, maxRetries: 0 });
    const told = {
      status: 404,
      message: expect.stringContaining('must end in /v1 for OpenAI') as string,
    };
    await expect(openai.chat.completions.create({ model: 'gpt', messages })).rejects.toMatchObject(told);
    await expect(openai.models.list()).rejects.toMatchObject(told);
    const message = anthropic.messages.create({ model: 'claude', messages, max_tokens: 10 });
    await expect(message).rejects.toMatchObject({
      ...told,
      error: { type: 'error', error: { type: 'not_found_error' } },
    });
    const elsewhere = await post(at, '/v2/chat/completions', {});
    expect(await elsewhere.text()).not.toContain('base URL');
  });

  it('names dropped settings in a header', async () => {
    await using at = await startGateway();
    const answer = await post(at, chat, {
      model: 'gpt',
      messages,
      logit_bias: { 1: 2 },
      store: true,
      foo: 'bär',
    });
    expect(answer.status).toBe(200);
    const warnings = answer.headers.get('x-majordomo-warnings') ?? '';
    for (const name of ['logit_bias', 'store', 'foo']) expect(warnings).toContain(`dropped ${name}:`);
    await answer.text();
  });

  it('ignores the headers of vendors', async () => {
    await using at = await startGateway();
    await post(
      at,
      chat,
      { model: 'gpt', messages },
      { 'x-secret-thing': 'abc', 'openai-organization': 'org-x' },
    );
    const { headers } = await at.openai.request(0);
    expect(JSON.stringify(headers)).not.toMatch(/abc|org-x/);
  });
});
