import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { CUT, TWO_CALLS } from './support/answers.ts';
import { openaiClient } from './support/clients.ts';
import { startGateway } from './support/test-gateway.ts';

const messages = [{ role: 'user' as const, content: 'hi' }];

const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    description: 'The weather of a city',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

describe('the official client over Chat Completions', () => {
  it('receives a complete response under the requested name', async () => {
    await using testGateway = await startGateway();
    const { data, response } = await openaiClient(testGateway)
      .chat.completions.create({ model: 'gpt', messages })
      .withResponse();
    expect(data).toMatchObject({ object: 'chat.completion', model: 'gpt' });
    expect(data.choices[0]).toMatchObject({ message: { content: 'hello' }, finish_reason: 'stop' });
    expect(data.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 5, total_tokens: 17 });
    expect(response.headers.get('x-majordomo-target')).toBe('openai/gpt-5.4');
    expect(response.headers.get('x-majordomo-attempts')).toBe('1');
  });

  it('receives the text and the usage with its stream helper', async () => {
    await using testGateway = await startGateway();
    const stream = openaiClient(testGateway).chat.completions.stream({
      model: 'gpt',
      messages,
      stream_options: { include_usage: true },
    });
    let text = '';
    stream.on('content', (delta) => (text += delta));
    const usages: unknown[] = [];
    stream.on('chunk', ({ usage }) => usages.push(usage));
    const completion = await stream.finalChatCompletion();
    expect(text).toBe('hello');
    expect(completion.choices[0]?.message.content).toBe('hello');
    expect(completion.usage?.total_tokens).toBe(17);
    expect(usages.slice(0, -1).every((usage) => usage === null)).toBe(true);
  });

  it.each([false, true])(
    'replays tool calls and reasoning over two turns (streamed: %s)',
    async (streamed) => {
      await using testGateway = await startGateway({ openai: [TWO_CALLS, 'Oslo is cold.'] });
      const openai = openaiClient(testGateway);
      const createCompletion = async (
        all: OpenAI.ChatCompletionMessageParam[],
      ): Promise<OpenAI.ChatCompletion> =>
        streamed
          ? await openai.chat.completions
              .stream({ model: 'gpt', messages: all, tools: [weather] })
              .finalChatCompletion()
          : await openai.chat.completions.create({ model: 'gpt', messages: all, tools: [weather] });
      const firstCompletion = await createCompletion(messages);
      const message = firstCompletion.choices[0]?.message;
      expect(firstCompletion.choices[0]?.finish_reason).toBe('tool_calls');
      const calls = (message?.tool_calls ?? []) as OpenAI.ChatCompletionMessageFunctionToolCall[];
      expect(calls.map((call) => [call.id, call.function.arguments])).toEqual([
        ['call_a', '{"city":"Oslo"}'],
        ['call_b', '{"city":"Rome"}'],
      ]);
      if (message === undefined) return;
      const results = calls.map((call) => ({ role: 'tool' as const, tool_call_id: call.id, content: '5°' }));
      const secondCompletion = await createCompletion([...messages, message, ...results]);
      expect(secondCompletion.choices[0]?.message.content).toBe('Oslo is cold.');
      const secondRequest = (await testGateway.openai.request(1)).request;
      expect(secondRequest.toolResults.map(({ callId, text }) => [callId, text])).toEqual([
        ['call_a', '5°'],
        ['call_b', '5°'],
      ]);
      // The client received the encrypted reasoning and sent it back.
      expect(secondRequest.reasoning).toHaveLength(1);
      expect(testGateway.openai.requests.flatMap(({ violations }) => violations)).toEqual([]);
    },
  );

  it('receives the response of the next target if the first one fails before content', async () => {
    await using testGateway = await startGateway({ openai: [{ failure: 'overloaded' }] });
    const { data, response } = await openaiClient(testGateway)
      .chat.completions.create({ model: 'gpt', messages, stream: true })
      .withResponse();
    let text = '';
    for await (const chunk of data) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('hello');
    expect(response.headers.get('x-majordomo-target')).toBe('anthropic/claude-haiku-4-5');
    expect(response.headers.get('x-majordomo-attempts')).toBe('2');
  });

  it('ends with an error event when a target fails in mid-stream', async () => {
    await using testGateway = await startGateway({ openai: [CUT] });
    const stream = await openaiClient(testGateway).chat.completions.create({
      model: 'gpt',
      messages,
      stream: true,
    });
    let text = '';
    const consumeStream = async (): Promise<void> => {
      for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    };
    await expect(consumeStream()).rejects.toBeInstanceOf(OpenAI.APIError);
    expect(text).not.toBe('');
    expect(testGateway.anthropic.requests).toHaveLength(0);
  });

  it('receives nothing after the error event', async () => {
    await using testGateway = await startGateway({ openai: [CUT] });
    const response = await openaiClient(testGateway)
      .chat.completions.create({ model: 'gpt', messages, stream: true })
      .asResponse();
    expect(await response.text()).toMatch(/\n\ndata: \{"error":[^\n]+\n\n$/);
  });

  it('receives one text if the chain continues at the next target', async () => {
    await using testGateway = await startGateway({
      openai: [
        {
          fault: 'end',
          answer: { parts: [{ type: 'text', text: 'The rain in Spain stays mainly', chunks: 10 }] },
          at: { content: 3 },
        },
      ],
      anthropic: [' in the plain.'],
      majordomo: { chain: { afterCommit: 'continue' } },
    });
    const final = await openaiClient(testGateway)
      .chat.completions.stream({ model: 'gpt', messages })
      .finalContent();
    expect(final).toBe('The rain in Spain stays mainly in the plain.');
  });

  it('parses JSON that matches a schema', async () => {
    await using testGateway = await startGateway({ openai: ['{"city":"Oslo"}'] });
    const schema = weather.function.parameters;
    const completion = await openaiClient(testGateway).chat.completions.parse({
      model: 'gpt',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'city', schema, strict: true } },
    });
    expect(completion.choices[0]?.message.parsed).toEqual({ city: 'Oslo' });
    expect((await testGateway.openai.request(0)).request.output).toMatchObject({ required: ['city'] });
  });
});
