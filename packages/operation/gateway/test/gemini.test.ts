import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai';
import { createGoogleGenerativeAI } from '@ai-sdk/google';
import { PNG, readAll } from '@majordomo/test-support';
import { generateText, isStepCount, streamText, tool } from 'ai';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CALL } from './support/answers.ts';
import { post } from './support/clients.ts';
import { KEY, startGateway, type TestGateway } from './support/test-gateway.ts';

const client = (testGateway: TestGateway, apiKey: string = KEY): GoogleGenAI =>
  new GoogleGenAI({ apiKey, httpOptions: { baseUrl: testGateway.url, retryOptions: { attempts: 1 } } });

const tools = [
  {
    functionDeclarations: [
      {
        name: 'weather',
        description: 'Weather of a city',
        parameters: { type: Type.OBJECT, properties: { city: { type: Type.STRING, nullable: true } } },
      },
    ],
  },
];

/** Returns the error with which a call fails. */
async function errorOf(call: Promise<unknown>): Promise<{ readonly status: number; readonly body: unknown }> {
  const error = await call.catch((cause: unknown) => cause);
  if (!(error instanceof ApiError)) throw error;
  return { status: error.status, body: JSON.parse(error.message) as unknown };
}

describe('@google/genai', () => {
  it.each(['gpt', 'claude'])('receives a complete and a streamed answer of %s', async (model) => {
    await using testGateway = await startGateway({ openai: () => 'Hello.', anthropic: () => 'Hello.' });
    const { models } = client(testGateway);
    const complete = await models.generateContent({ model, contents: 'hi' });
    expect([complete.text, complete.modelVersion]).toEqual(['Hello.', model]);
    expect(complete.candidates?.[0]?.finishReason).toBe('STOP');
    expect(complete.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    const chunks = [];
    for await (const chunk of await models.generateContentStream({ model, contents: 'hi' }))
      chunks.push(chunk);
    expect(chunks.map(({ text = '' }) => text).join('')).toBe('Hello.');
    expect(chunks.at(-1)?.candidates?.[0]).toMatchObject({ index: 0, finishReason: 'STOP' });
    expect(chunks.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
  });

  it.each([false, true])('calls a tool in a chat, with reasoning (streamed: %s)', async (isStreamed) => {
    await using testGateway = await startGateway({ anthropic: [CALL, 'It is cold.'] });
    const chat = client(testGateway).chats.create({ model: 'claude', config: { tools } });
    const send = async (message: Parameters<typeof chat.sendMessage>[0]['message']) => {
      if (!isStreamed) return [await chat.sendMessage({ message })];
      return readAll(await chat.sendMessageStream({ message }));
    };
    const first = await send('Weather?');
    expect(first.flatMap(({ functionCalls = [] }) => functionCalls)).toEqual([
      { id: 'call_a', name: 'weather', args: { city: 'Oslo' } },
    ]);
    const last = await send([{ functionResponse: { name: 'weather', response: { output: 'cold' } } }]);
    expect(last.map(({ text = '' }) => text).join('')).toBe('It is cold.');
    const { messages } = testGateway.anthropic.requests[1]?.body as { readonly messages: unknown };
    expect(messages).toMatchObject([
      { role: 'user' },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I should look.' },
          { type: 'tool_use', id: 'call_a', name: 'weather', input: { city: 'Oslo' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'call_a', content: [{ text: 'cold' }] }],
      },
    ]);
  });

  it('sends its settings, an image, a schema and a tool choice', async () => {
    await using testGateway = await startGateway({ openai: () => '{"city":"Oslo"}' });
    await client(testGateway).models.generateContent({
      model: 'gpt',
      contents: [
        { role: 'user', parts: [{ text: 'Where?' }, { inlineData: { mimeType: 'image/png', data: PNG } }] },
      ],
      config: {
        systemInstruction: 'Be brief.',
        maxOutputTokens: 200,
        responseMimeType: 'application/json',
        responseSchema: {
          type: Type.OBJECT,
          properties: { city: { type: Type.STRING } },
          required: ['city'],
        },
        thinkingConfig: { thinkingBudget: 9000 },
        tools,
        toolConfig: {
          functionCallingConfig: { mode: FunctionCallingConfigMode.ANY, allowedFunctionNames: ['weather'] },
        },
      },
    });
    const body = testGateway.openai.requests[0]?.body as Readonly<Record<string, unknown>>;
    expect(JSON.stringify(body)).toContain('Be brief.');
    expect(JSON.stringify(body['input'])).toContain(`data:image/png;base64,${PNG}`);
    expect(body).toMatchObject({
      max_output_tokens: 200,
      reasoning: { effort: 'medium' },
      tool_choice: { type: 'function', name: 'weather' },
      text: { format: { type: 'json_schema', schema: { properties: { city: { type: 'string' } } } } },
      tools: [{ name: 'weather', parameters: { properties: { city: { type: ['string', 'null'] } } } }],
    });
  });

  it('receives several candidates with their total usage and a warning', async () => {
    await using testGateway = await startGateway({ openai: () => 'One.' });
    const { models } = client(testGateway);
    const request = { model: 'gpt', contents: 'hi', config: { candidateCount: 2 } };
    const { candidates, usageMetadata, sdkHttpResponse } = await models.generateContent(request);
    expect(candidates?.map(({ index, content }) => [index, content?.parts?.[0]?.text])).toEqual([
      [0, 'One.'],
      [1, 'One.'],
    ]);
    expect(sdkHttpResponse?.headers?.['x-majordomo-warnings']).toMatch(
      /^emulated generationConfig\.candidateCount: the request is sent 2 times/,
    );
    const chunks = [];
    for await (const chunk of await models.generateContentStream(request)) chunks.push(chunk);
    expect(chunks.at(-1)?.usageMetadata).toEqual(usageMetadata);
    expect(new Set(chunks.map(({ responseId }) => responseId)).size).toBe(1);
  });

  it('counts tokens, and lists the models of the caller', async () => {
    await using testGateway = await startGateway();
    const { models } = client(testGateway);
    const { totalTokens } = await models.countTokens({ model: 'gpt', contents: 'a sentence of some words' });
    expect(totalTokens).toBeGreaterThan(3);
    const names = [];
    for await (const { name } of await models.list()) names.push(name);
    expect(names).toEqual(['models/gpt', 'models/claude']);
    expect((await models.get({ model: 'gpt' })).name).toBe('models/gpt');
    expect(testGateway.openai.requests).toEqual([]);
  });

  it.each([
    ['an unknown key', 'wrong', 'gpt', 401, 'UNAUTHENTICATED'],
    ['an unknown model', KEY, 'other', 404, 'NOT_FOUND'],
  ])('receives an error for %s', async (_name, apiKey, model, status, name) => {
    await using testGateway = await startGateway();
    const call = client(testGateway, apiKey).models.generateContent({ model, contents: 'hi' });
    expect(await errorOf(call)).toMatchObject({ status, body: { error: { code: status, status: name } } });
  });

  it.each(['generateContent', 'streamGenerateContent?alt=sse', 'countTokens'])(
    'receives 404 for an unknown model, also if the body of %s is invalid',
    async (method) => {
      await using testGateway = await startGateway();
      const response = await post(testGateway, `/v1beta/models/other:${method}`, { contents: 'x' });
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
    },
  );

  it.each([
    [
      { contents: [{ role: 'user', parts: [{ executableCode: { code: '1' } }] }] },
      'contents[0].parts[0] contains executableCode',
    ],
    [
      { contents: 'hi', config: { responseMimeType: 'text/x.enum', responseSchema: { type: Type.STRING } } },
      'generationConfig.responseMimeType must be one of text/plain, application/json',
    ],
  ])('receives the error of an invalid request, before any call: %o', async (request, message) => {
    await using testGateway = await startGateway();
    const call = client(testGateway).models.generateContent({ model: 'gpt', ...request });
    expect(await errorOf(call)).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining(message) as string } },
    });
    expect(testGateway.openai.requests).toEqual([]);
  });

  it('receives an error within a stream', async () => {
    const broken = { fault: 'cut' as const, answer: 'one two three four five six' };
    await using testGateway = await startGateway({ openai: () => broken, anthropic: () => 'never' });
    const { models } = client(testGateway);
    const texts: (string | undefined)[] = [];
    const read = async (): Promise<void> => {
      for await (const { text } of await models.generateContentStream({ model: 'gpt', contents: 'hi' }))
        texts.push(text);
    };
    const error: unknown = await read().catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).message).toContain('INTERNAL');
    expect(texts.join('')).toMatch(/^one/);
  });
});

describe('a key of a client', () => {
  it('in the query is accepted, and is not in the event of the request', async () => {
    const events: unknown[] = [];
    const gateway = { onRequest: (event: unknown) => events.push(event) };
    await using testGateway = await startGateway({ gateway });
    const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
    const url = `${testGateway.url}/v1beta/models/gpt:generateContent?key=${KEY}`;
    const response = await fetch(url, { method: 'POST', body });
    expect(response.status).toBe(200);
    await response.text();
    expect(events).toHaveLength(1);
    expect(JSON.stringify(events)).not.toContain(KEY);
  });
});

describe('a conversation without ids', () => {
  const generate = (testGateway: TestGateway, contents: readonly object[]): Promise<Response> =>
    post(testGateway, '/v1beta/models/claude:generateContent', { contents });
  const call = (city: string): object => ({ functionCall: { name: 'weather', args: { city } } });
  const answer = (output: string): object => ({
    functionResponse: { name: 'weather', response: { output } },
  });

  it('answers calls by their name and order', async () => {
    await using testGateway = await startGateway({ anthropic: () => 'Both.' });
    const response = await generate(testGateway, [
      { role: 'user', parts: [{ text: 'Weather?' }] },
      { role: 'model', parts: [call('Oslo'), call('Rome')] },
      { role: 'user', parts: [answer('cold'), answer('warm')] },
    ]);
    expect(response.status).toBe(200);
    const sent = testGateway.anthropic.requests[0]?.body as { readonly messages: readonly object[] };
    expect(sent.messages.slice(1)).toMatchObject([
      {
        content: [
          { id: 'call_0', input: { city: 'Oslo' } },
          { id: 'call_1', input: { city: 'Rome' } },
        ],
      },
      { content: [{ tool_use_id: 'call_0' }, { tool_use_id: 'call_1' }] },
    ]);
  });

  it.each([
    ['another call has the id that it would receive', { name: 'time', id: 'call_1' }, { name: 'weather' }],
    ['another call of the tool has an id', { name: 'weather', id: 'call_a' }, { name: 'weather' }],
  ])('answers a call without an id if %s', async (_, withId, withoutId) => {
    await using testGateway = await startGateway({ anthropic: () => 'Both.' });
    const response = await generate(testGateway, [
      { role: 'user', parts: [{ text: 'Weather?' }] },
      {
        role: 'model',
        parts: [
          { functionCall: { ...withId, args: { number: 1 } } },
          { functionCall: { ...withoutId, args: { number: 2 } } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { ...withoutId, response: { output: 'second' } } },
          { functionResponse: { ...withId, response: { output: 'first' } } },
        ],
      },
    ]);
    expect(response.status).toBe(200);
    const { messages } = testGateway.anthropic.requests[0]?.body as {
      readonly messages: readonly { readonly content: readonly Readonly<Record<string, unknown>>[] }[];
    };
    const [calls, results] = messages.slice(1).map(({ content }) => content);
    const textOf = (call: Readonly<Record<string, unknown>> | undefined): unknown =>
      results?.find((result) => result['tool_use_id'] === call?.['id'])?.['content'];
    expect(calls?.map(textOf)).toEqual([
      [{ type: 'text', text: 'first' }],
      [{ type: 'text', text: 'second' }],
    ]);
  });

  it('is refused if a response answers no call', async () => {
    await using testGateway = await startGateway();
    const response = await generate(testGateway, [{ role: 'user', parts: [answer('cold')] }]);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('answers no call of');
    expect(testGateway.anthropic.requests).toEqual([]);
  });
});

describe('@ai-sdk/google', () => {
  it.each([false, true])('runs a tool loop (streamed: %s)', async (isStreamed) => {
    await using testGateway = await startGateway({ openai: [CALL, 'It is cold.'] });
    const google = createGoogleGenerativeAI({ apiKey: KEY, baseURL: `${testGateway.url}/v1beta` });
    const weather = tool({ inputSchema: z.object({ city: z.string() }), execute: () => 'cold' });
    const request = {
      model: google('gpt'),
      prompt: 'Weather?',
      tools: { weather },
      stopWhen: isStepCount(3),
      maxRetries: 0,
    };
    const text = isStreamed ? await streamText(request).text : (await generateText(request)).text;
    expect(text).toBe('It is cold.');
    expect(JSON.stringify(testGateway.openai.requests[1]?.body)).toContain('function_call_output');
  });
});
