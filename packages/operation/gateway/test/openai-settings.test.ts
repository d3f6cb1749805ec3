import { createOpenAI as createAiSdkOpenAI } from '@ai-sdk/openai';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { generateText } from 'ai';
import type OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { createGateway } from '../src/index.ts';
import { serve } from '../src/node.ts';
import { openaiClient, post } from './support/clients.ts';
import { byKey, KEY, startGateway } from './support/test-gateway.ts';

/** Settings of OpenAI that other vendors do not have. */
const RESPONSES = {
  input: 'hi',
  text: { verbosity: 'low' },
  reasoning: { effort: 'low', summary: 'auto' },
  safety_identifier: 'user-1',
  prompt_cache_key: 'team-a',
} as const;

const CHAT = {
  messages: [{ role: 'user', content: 'hi' }],
  verbosity: 'low',
  safety_identifier: 'user-1',
  prompt_cache_key: 'team-a',
} as const satisfies Omit<OpenAI.ChatCompletionCreateParamsNonStreaming, 'model'>;

const warningsOf = (headers: Headers): string => headers.get('x-majordomo-warnings') ?? '';

describe('settings that only OpenAI has', () => {
  it('reach an OpenAI target of the Responses API, and are repeated', async () => {
    await using testGateway = await startGateway();
    const { data, response } = await openaiClient(testGateway)
      .responses.create({ model: 'gpt', ...RESPONSES, prompt_cache_options: { ttl: '12h' } })
      .withResponse();
    const { input: _, ...sent } = RESPONSES;
    // This model has the older member for the lifetime.
    expect(testGateway.openai.requests[0]?.body).toMatchObject({ ...sent, prompt_cache_retention: '24h' });
    expect(warningsOf(response.headers)).toBe('');
    expect(data.reasoning).toEqual({ effort: 'low', summary: 'auto' });
    expect(data.text).toEqual({ format: { type: 'text' }, verbosity: 'low' });
  });

  it('reach an OpenAI target of Chat Completions', async () => {
    await using openai = await startWireServer({ wire: openaiChat, script: ['hello'] });
    const majordomo = createMajordomo({
      providers: [createOpenAI({ apiKey: 'sk-1', baseURL: openai.baseURL, api: 'chat' })],
    });
    const gateway = createGateway({ majordomo, models: { gpt: 'openai/gpt-5.4' }, authorize: byKey });
    await using served = await disposable(gateway);
    const { response } = await openaiClient(served)
      .chat.completions.create({ model: 'gpt', ...CHAT })
      .withResponse();
    const { messages: _, ...sent } = CHAT;
    expect(openai.requests[0]?.body).toMatchObject(sent);
    expect(warningsOf(response.headers)).toBe('');
  });

  it.each([false, true])('are named for a Claude target, and not repeated (stream: %s)', async (stream) => {
    await using testGateway = await startGateway();
    const { data, response } = await openaiClient(testGateway)
      .responses.create({ model: 'claude', ...RESPONSES, stream })
      .withResponse();
    const warnings = warningsOf(response.headers);
    for (const name of ['verbosity', 'reasoningSummary']) expect(warnings).toContain(`dropped ${name}:`);
    expect(warnings).not.toContain('endUser');
    for await (const { text, reasoning } of responsesIn(data)) {
      expect(text).toEqual({ format: { type: 'text' } });
      expect(reasoning).toEqual({ effort: 'low', summary: null });
    }
  });

  it('are named if a chat completion comes from a Claude target', async () => {
    await using testGateway = await startGateway();
    const { response } = await openaiClient(testGateway)
      .chat.completions.create({ model: 'claude', ...CHAT })
      .withResponse();
    expect(warningsOf(response.headers)).toContain('dropped verbosity:');
    expect(warningsOf(response.headers)).not.toContain('endUser');
  });

  it('are named if the model has a fixed verbosity', async () => {
    await using testGateway = await startGateway({ gateway: { models: { old: 'openai/gpt-4.1' } } });
    const { data, response } = await openaiClient(testGateway)
      .responses.create({ model: 'old', input: 'hi', text: { verbosity: 'low' }, temperature: 0.5 })
      .withResponse();
    expect(testGateway.openai.requests[0]?.body).not.toHaveProperty('text');
    expect(warningsOf(response.headers)).toContain('dropped verbosity:');
    expect([data.text, data.temperature]).toEqual([{ format: { type: 'text' } }, 0.5]);
  });

  it('do not repeat a temperature that a reasoning model does not receive', async () => {
    await using testGateway = await startGateway({ gateway: { models: { o: 'openai/o3' } } });
    const { data, response } = await openaiClient(testGateway)
      .responses.create({ model: 'o', input: 'hi', temperature: 0.5, top_p: 0.5 })
      .withResponse();
    expect(warningsOf(response.headers)).toContain('dropped temperature:');
    expect([data.temperature, data.top_p]).toEqual([1, 1]);
  });

  it('arrive from the AI SDK, whose defaults cause no warning', async () => {
    await using testGateway = await startGateway();
    const { responses } = createAiSdkOpenAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1` });
    const plain = await generateText({ model: responses('gpt'), prompt: 'hi' });
    expect(plain.finalStep.response.headers?.['x-majordomo-warnings']).toBeUndefined();
    const openai = {
      textVerbosity: 'low',
      reasoningSummary: 'detailed',
      safetyIdentifier: 'user-1',
      promptCacheKey: 'team-a',
      // The gateway does not know `gpt` as a reasoning model, and neither does the AI SDK.
      forceReasoning: true,
    };
    await generateText({ model: responses('gpt'), prompt: 'hi', providerOptions: { openai } });
    expect(testGateway.openai.requests.at(-1)?.body).toMatchObject({
      text: { verbosity: 'low' },
      reasoning: { summary: 'detailed' },
      safety_identifier: 'user-1',
      prompt_cache_key: 'team-a',
    });
  });

  it.each([
    ['text.verbosity', { text: { verbosity: 'loud' as 'low' } }],
    ['reasoning.summary', { reasoning: { summary: 'long' as 'auto' } }],
    ['safety_identifier', { safety_identifier: '' }],
  ])('are refused with the path %s if the value is invalid', async (param, settings) => {
    await using testGateway = await startGateway();
    const request = openaiClient(testGateway).responses.create({ model: 'gpt', input: 'hi', ...settings });
    await expect(request).rejects.toMatchObject({ status: 400, param });
    expect(testGateway.openai.requests).toEqual([]);
  });

  it('send a user as the end user, except one that is longer than an identifier', async () => {
    await using testGateway = await startGateway();
    const send = (user: string): Promise<Response> =>
      post(testGateway, '/v1/responses', { model: 'gpt', input: 'hi', user });
    expect(warningsOf((await send('user-1')).headers)).toBe('');
    expect(warningsOf((await send('u'.repeat(65))).headers)).toContain('dropped user:');
    const [short, long] = testGateway.openai.requests.map(({ body }) => body);
    expect([short, long]).toEqual([
      expect.objectContaining({ safety_identifier: 'user-1' }),
      expect.not.objectContaining({ safety_identifier: expect.anything() }),
    ]);
  });
});

/** Returns the response objects of a response or of the events of a stream. */
async function* responsesIn(
  data: OpenAI.Responses.Response | AsyncIterable<OpenAI.Responses.ResponseStreamEvent>,
): AsyncGenerator<OpenAI.Responses.Response> {
  if (!(Symbol.asyncIterator in data)) {
    yield data;
    return;
  }
  for await (const event of data) if ('response' in event) yield event.response;
}

async function disposable(
  gateway: ReturnType<typeof createGateway>,
): Promise<AsyncDisposable & { readonly url: string }> {
  const { url, close } = await serve(gateway, { port: 0 });
  return { url, [Symbol.asyncDispose]: () => close(0) };
}
