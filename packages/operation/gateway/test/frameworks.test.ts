import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, stepCountIs, streamText, tool, type LanguageModel } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CALL } from './support/answers.ts';
import { startGateway, KEY, type TestGateway } from './support/test-gateway.ts';

/** Models of the AI SDK over the three wires. */
const CLIENTS: Readonly<Record<string, (testGateway: TestGateway) => LanguageModel>> = {
  'openai.chat': (testGateway) => createOpenAI({ baseURL: `${testGateway.url}/v1`, apiKey: KEY }).chat('gpt'),
  'openai.responses': (testGateway) =>
    createOpenAI({ baseURL: `${testGateway.url}/v1`, apiKey: KEY }).responses('gpt'),
  anthropic: (testGateway) => createAnthropic({ baseURL: `${testGateway.url}/v1`, apiKey: KEY })('claude'),
};

describe.each(Object.entries(CLIENTS))('the AI SDK over %s', (_name, model) => {
  const weather = tool({
    description: 'The weather of a city',
    inputSchema: z.object({ city: z.string() }),
    execute: () => '5°',
  });
  const options = {
    tools: { weather },
    prompt: 'Where is it cold?',
    stopWhen: stepCountIs(3),
    maxRetries: 0,
    providerOptions: { openai: { store: false } },
  };

  it.each(['complete', 'streamed'])('completes its tool loop (%s)', async (delivery) => {
    const script = [CALL, 'Oslo is cold.'];
    await using testGateway = await startGateway({ openai: script, anthropic: script });
    const errors: unknown[] = [];
    const onError = ({ error }: { readonly error: unknown }): void => void errors.push(error);
    const requestOptions = { model: model(testGateway), ...options };
    const text =
      delivery === 'complete'
        ? (await generateText(requestOptions)).text
        : await streamText({ ...requestOptions, onError }).text;
    expect([text, errors]).toEqual(['Oslo is cold.', []]);
    const requests = [...testGateway.openai.requests, ...testGateway.anthropic.requests];
    expect(requests).toHaveLength(2);
    expect(requests[1]?.request.toolResults).toMatchObject([{ callId: 'call_a' }]);
    expect(requests.flatMap(({ violations }) => violations)).toEqual([]);
  });
});

describe('the AI SDK over Anthropic Messages', () => {
  it.each([
    ['a connection that is cut', { fault: 'cut' as const }, 500],
    [
      'a vendor that is overloaded',
      { fault: 'in-band' as const, failure: { failure: 'overloaded' as const } },
      529,
    ],
  ])('receives a retryable error for %s during the stream', async (_, fault, statusCode) => {
    const answer = { parts: [{ type: 'text' as const, text: 'one two three', chunks: 3 }] };
    await using testGateway = await startGateway({ anthropic: [{ ...fault, answer, at: { content: 2 } }] });
    const model = createAnthropic({ baseURL: `${testGateway.url}/v1`, apiKey: KEY })('claude');
    const errors: unknown[] = [];
    const { stream } = await model.doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }],
    });
    for await (const part of stream) if (part.type === 'error') errors.push(part.error);
    expect(errors).toMatchObject([{ statusCode, isRetryable: true }]);
  });
});

describe('LangChain', () => {
  const chat = (testGateway: TestGateway): ChatOpenAI =>
    new ChatOpenAI({
      model: 'gpt',
      apiKey: KEY,
      maxRetries: 0,
      configuration: { baseURL: `${testGateway.url}/v1` },
    });

  it('receives a complete response with usage', async () => {
    await using testGateway = await startGateway();
    const message = await chat(testGateway).invoke('hi');
    expect(message.text).toBe('hello');
    expect(message.usage_metadata).toMatchObject({ input_tokens: 12, output_tokens: 5 });
  });

  it('collects streamed tool calls', async () => {
    await using testGateway = await startGateway({ openai: [CALL] });
    const bound = chat(testGateway).bindTools([
      { type: 'function', function: { name: 'weather', parameters: { type: 'object', properties: {} } } },
    ]);
    let message;
    for await (const chunk of await bound.stream('hi'))
      message = message === undefined ? chunk : message.concat(chunk);
    expect(message?.tool_calls).toMatchObject([{ name: 'weather', args: { city: 'Oslo' }, id: 'call_a' }]);
  });
});
