import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import {
  type Answer,
  anthropicMessages,
  chatDialects,
  openaiChatWire,
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

it('the openai SDK reads the stream of the chat wire', async () => {
  const wire = openaiChatWire(chatDialects['deepseek']);
  await using server = await startWireServer({ wire, script: [ANSWER] });
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
  expect(completion.usage).toMatchObject({
    prompt_tokens: 100,
    completion_tokens: 20,
    total_tokens: 120,
    prompt_tokens_details: { cached_tokens: 40 },
  });
  expect(server.requests.map(({ model }) => model)).toEqual(['m-1']);
});

it("the Anthropic SDK reads the Messages wire's stream", async () => {
  await using server = await startWireServer({ wire: anthropicMessages, script: [ANSWER] });
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
});
