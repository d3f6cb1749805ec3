import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import {
  type Answer,
  anthropicMessages,
  chatDialects,
  type Framing,
  openaiChat,
  openaiChatWire,
  type Split,
  startWireServer,
} from '../src/index.ts';
import { expect, it } from 'vitest';

const ANSWER: Answer = {
  id: 'a1',
  parts: [
    { type: 'reasoning', text: 'The user wants two sums 🧮.' },
    { type: 'text', text: 'Grüße, 世界 🌍!' },
    { type: 'tool-call', name: 'add', json: '{"a": 1, "b": "ünï"}' },
    { type: 'tool-call', name: 'noop', json: '' },
  ],
  usage: { input: 100, output: 20, cacheRead: 40, cacheWrite: 10, reasoning: 7 },
  interleave: true,
};

const SPLITS: readonly (readonly [Split, Framing])[] = [
  ['complete', {}],
  ['event', { noise: true }],
  [1, { newline: '\r\n' }],
  [{ seed: 7 }, { newline: '\r\n', noise: true }],
];

it.each(SPLITS)(
  'the openai SDK reads the stream of the chat wire with split %j and framing %j',
  async (split, framing) => {
    const wire = openaiChatWire({ ...chatDialects['deepseek'], name: 'deepseek' });
    await using server = await startWireServer({ wire, script: [ANSWER], split, framing });
    const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
    const stream = client.chat.completions.stream({
      model: 'm-1',
      messages: [{ role: 'user', content: 'hi' }],
      stream_options: { include_usage: true },
    });
    const completion = await stream.finalChatCompletion();
    expect(completion.choices[0]?.finish_reason).toBe('tool_calls');
    expect(completion.choices[0]?.message).toMatchObject({
      content: 'Grüße, 世界 🌍!',
      tool_calls: [
        { id: 'call_a10', function: { name: 'add', arguments: '{"a": 1, "b": "ünï"}' } },
        { id: 'call_a11', function: { name: 'noop', arguments: '' } },
      ],
    });
    expect(completion.usage).toMatchObject({ prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 });
    expect(server.requests.map(({ model }) => model)).toEqual(['m-1']);
  },
);

it('the openai SDK reads the non-streaming answer of the chat wire', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: [ANSWER] });
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
  const completion = await client.chat.completions.create({
    model: 'm-1',
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect(completion.id).toBe('chatcmpl-a1');
  expect(completion.choices[0]?.message.content).toBe('Grüße, 世界 🌍!');
  expect(completion.usage?.prompt_tokens_details?.cached_tokens).toBe(40);
});

it.each(SPLITS)(
  "the Anthropic SDK reads the Messages wire's stream, cut %j, framed %j",
  async (split, framing) => {
    await using server = await startWireServer({ wire: anthropicMessages, script: [ANSWER], split, framing });
    const client = new Anthropic({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
    const message = await client.messages
      .stream({ model: 'c-1', max_tokens: 64, messages: [{ role: 'user', content: 'hi' }] })
      .finalMessage();
    expect(message.content).toMatchObject([
      {
        type: 'thinking',
        thinking: 'The user wants two sums 🧮.',
        signature: anthropicMessages.sign('The user wants two sums 🧮.'),
      },
      { type: 'text', text: 'Grüße, 世界 🌍!' },
      { type: 'tool_use', id: 'toolu_a10', name: 'add', input: { a: 1, b: 'ünï' } },
      { type: 'tool_use', id: 'toolu_a11', name: 'noop', input: {} },
    ]);
    expect(message.stop_reason).toBe('tool_use');
    expect(message.usage).toMatchObject({ input_tokens: 50, output_tokens: 20, cache_read_input_tokens: 40 });
  },
);

it('the Anthropic SDK reads the non-streaming answer of the Messages wire', async () => {
  await using server = await startWireServer({ wire: anthropicMessages, script: [ANSWER] });
  const client = new Anthropic({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
  const message = await client.messages.create({
    model: 'c-1',
    max_tokens: 64,
    messages: [{ role: 'user', content: 'hi' }],
  });
  expect(message.content.map(({ type }) => type)).toEqual(['thinking', 'text', 'tool_use', 'tool_use']);
  expect(message.stop_reason).toBe('tool_use');
});

it('both SDKs throw their error with status, code and retry-after', async () => {
  await using chat = await startWireServer({
    wire: openaiChat,
    script: [{ failure: 'rate-limit', retryAfter: { seconds: 3 } }],
  });
  await using messages = await startWireServer({
    wire: anthropicMessages,
    script: [{ failure: 'overloaded' }],
  });
  const openai = new OpenAI({ baseURL: chat.baseURL, apiKey: 'k', maxRetries: 0 });
  const anthropic = new Anthropic({ baseURL: messages.baseURL, apiKey: 'k', maxRetries: 0 });
  const limited = await openai.chat.completions
    .create({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })
    .catch((error: unknown) => error);
  expect(limited).toBeInstanceOf(OpenAI.RateLimitError);
  expect(limited).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
  expect((limited as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('3');
  const overloaded = await anthropic.messages
    .create({ model: 'c', max_tokens: 9, messages: [{ role: 'user', content: 'hi' }] })
    .catch((error: unknown) => error);
  expect(overloaded).toBeInstanceOf(Anthropic.APIError);
  expect(overloaded).toMatchObject({ status: 529, error: { error: { type: 'overloaded_error' } } });
});

it('a request that violates a rule gets 400 with the name of the rule', async () => {
  await using server = await startWireServer({ wire: openaiChat, script: ['never sent'] });
  const client = new OpenAI({ baseURL: server.baseURL, apiKey: 'k', maxRetries: 0 });
  const rejectedRequest = client.chat.completions.create({
    model: 'm',
    messages: [{ role: 'tool', tool_call_id: 'c1', content: 'x' }],
  });
  await expect(rejectedRequest).rejects.toMatchObject({ status: 400, code: 'tool-result-misplaced' });
  expect(server.requests[0]?.violations.map(({ rule }) => rule)).toEqual(['tool-result-misplaced']);
});
