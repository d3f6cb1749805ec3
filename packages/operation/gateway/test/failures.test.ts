import Anthropic from '@anthropic-ai/sdk';
import type { FailureName } from '@majordomo/conformance';
import OpenAI, { type APIError } from 'openai';
import { describe, expect, it } from 'vitest';
import { anthropicClient, openaiClient, post } from './support/clients.ts';
import { startGateway, type TestGateway } from './support/test-gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

const callOpenAI = async (testGateway: TestGateway, model = 'gpt'): Promise<unknown> =>
  await openaiClient(testGateway)
    .chat.completions.create({ model, messages })
    .catch((error: unknown) => error);
const callAnthropic = async (testGateway: TestGateway, model = 'claude'): Promise<unknown> =>
  await anthropicClient(testGateway)
    .messages.create({ model, messages, max_tokens: 10 })
    .catch((error: unknown) => error);

/** Failures of both vendors, each with the status, and the error class and code of each client. */
const ROWS = [
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
] as const;

describe('a failure of every vendor', () => {
  it.each(ROWS)(
    '%s has the status %i and the matching error class of each client',
    async (failure, status, ...expected) => {
      const script = (): { readonly failure: FailureName } => ({ failure });
      const [openaiClass, code, anthropicClass, type] = expected;
      await using testGateway = await startGateway({
        openai: script,
        anthropic: script,
        gateway: { models: { gpt: 'openai/gpt-5.4', claude: 'anthropic/claude-sonnet-4-6' } },
      });
      const openai = await callOpenAI(testGateway);
      expect(openai).toBeInstanceOf(openaiClass);
      expect(openai).toMatchObject({ status, code });
      const anthropic = await callAnthropic(testGateway);
      expect(anthropic).toBeInstanceOf(anthropicClass);
      expect(anthropic).toMatchObject({ status, error: { type: 'error', error: { type } } });
      expect(String(openai) + String(anthropic)).not.toMatch(/vendor-secret|127\.0\.0\.1|sk-/);
    },
  );

  it.each([false, true])(
    'is reported as temporary if only the next target cannot process the request (benched: %s)',
    async (isBenched) => {
      await using testGateway = await startGateway({
        openai: () => ({ failure: 'overloaded', retryAfter: { seconds: 7 } }),
        anthropic: () => ({ failure: 'overflow' }),
      });
      if (isBenched) testGateway.majordomo.health.bench('openai/gpt-5.4', 7000);
      const error = await callOpenAI(testGateway);
      expect(error).toBeInstanceOf(OpenAI.InternalServerError);
      expect(error).toMatchObject({ status: 503, code: 'overloaded' });
      expect((error as APIError).headers?.get('retry-after')).toBe('7');
      expect(testGateway.anthropic.requests).toHaveLength(1);
    },
  );
});

describe('a refused request', () => {
  const chat = '/v1/chat/completions';

  it('is 401 without a known key, in the format of each wire', async () => {
    await using testGateway = await startGateway();
    const headers = { authorization: 'Bearer stranger' };
    const chatResponse = await post(testGateway, chat, { model: 'gpt', messages }, { headers });
    expect(chatResponse.status).toBe(401);
    expect(await chatResponse.json()).toMatchObject({
      error: { type: 'authentication_error', code: 'invalid_api_key' },
    });
    const messagesResponse = await post(testGateway, '/v1/messages', {}, { headers });
    expect(await messagesResponse.json()).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
    });
    expect(testGateway.openai.requests).toHaveLength(0);
  });

  it.each([
    ['/v1/nothing', 404, 'no_such_route'],
    ['/v1/chat/completions', 400, 'invalid_request'],
  ])('has an error code in snake case, as at OpenAI: %s', async (path, status, code) => {
    await using testGateway = await startGateway();
    const response = await post(testGateway, path, { model: 'gpt', messages: 'none' });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it.each(['nobody/x', 'a,,b', 'no-name', 'openai/'])('is 404 for the invalid spec %s', async (spec) => {
    await using testGateway = await startGateway({ gateway: { anySpec: true } });
    expect(await callOpenAI(testGateway, spec)).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  it.each([
    ['[]', 'the body must be an object'],
    [{ model: 'gpt' }, 'messages is missing'],
    [{ model: 'gpt', messages: [{ role: 'robot', content: '' }] }, 'messages[0].role must be one of'],
    [{ model: 'gpt', messages: [{ role: 'user' }] }, 'messages[0].content is missing'],
    [
      {
        model: 'gpt',
        messages: [
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.example/a.png' } }] },
        ],
      },
      'messages[0].content[0].image_url.url must be a data URL',
    ],
    [{ model: 'gpt', messages, max_tokens: 1.5 }, 'max_tokens must be an integer of 1 or more, not 1.5'],
    [{ model: 'gpt', messages, max_tokens: 1e300 }, 'max_tokens must be an integer of 1 or more, not'],
    [{ model: 'gpt', messages, temperature: '1' }, 'temperature must be a number from 0 to 2, not a string'],
    [
      { model: 'gpt', messages, tools: [{ type: 'function', function: {} }] },
      'tools[0].function.name is missing',
    ],
    [
      { model: 'gpt', messages: [{ role: 'user', content: '\ud800' }] },
      'messages[0].content is not valid Unicode',
    ],
  ])('names the invalid member: %j', async (body, message) => {
    await using testGateway = await startGateway();
    const response = await post(testGateway, chat, body);
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { message: string } };
    expect(error.message).toContain(message);
    expect(testGateway.openai.requests).toHaveLength(0);
  });

  it('does not forward client headers to the vendor', async () => {
    await using testGateway = await startGateway();
    const secrets = { 'x-secret-thing': 'abc', 'openai-organization': 'org-x' };
    await post(testGateway, chat, { model: 'gpt', messages }, { headers: secrets });
    const { headers } = await testGateway.openai.request(0);
    expect(JSON.stringify(headers)).not.toMatch(/abc|org-x/);
  });
});
