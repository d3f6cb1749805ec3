import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import type { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { chatServer } from './support/chat-server.ts';
import { createWorld } from './support/world.ts';

/** Returns a function that sends a question and reads its answer with the transport and the stream reader of `useChat`. */
function chatPage(app: Hono): (text: string, signal?: AbortSignal) => Promise<UIMessage> {
  const transport = new DefaultChatTransport<UIMessage>({
    fetch: async (_address, init) => app.request('/api/chat', init),
  });
  const messages: UIMessage[] = [];
  return async (text, abortSignal) => {
    messages.push({ id: `q${messages.length}`, role: 'user', parts: [{ type: 'text', text }] });
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'c',
      messageId: undefined,
      messages,
      abortSignal,
    });
    let answer: UIMessage = { id: 'a', role: 'assistant', parts: [] };
    for await (const message of readUIMessageStream({ stream, terminateOnError: true })) answer = message;
    messages.push(answer);
    return answer;
  };
}

const textOf = ({ parts }: UIMessage): string =>
  parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('a chat page over a chain', () => {
  it('shows reasoning, tools and text, and sends every replay token with the next question', async () => {
    await using at = await createWorld({
      openai: () => ({ failure: 'overloaded' }),
      anthropic: [
        {
          parts: [
            { type: 'reasoning', text: 'a city' },
            { type: 'tool-call', id: 'toolu_1', name: 'weather', json: '{"city":"Rome"}' },
          ],
        },
        {
          parts: [
            { type: 'reasoning', text: 'so' },
            { type: 'text', text: 'It rains.', chunks: 3 },
          ],
        },
        'Always.',
      ],
    });
    const ask = chatPage(chatServer(at.majordomo.model('openai/gpt-5.4,anthropic/claude-haiku-4-5')));
    const first = await ask('weather in Rome?');
    expect(first.parts.map(({ type }) => type)).toEqual([
      'step-start',
      'reasoning',
      'tool-weather',
      'step-start',
      'reasoning',
      'text',
    ]);
    expect(textOf(first)).toBe('It rains.');
    expect(textOf(await ask('and tomorrow?'))).toBe('Always.');
    const { request, violations } = at.anthropic.requests[2] ?? {};
    expect(violations).toEqual([]);
    expect(request?.toolResults).toEqual([{ callId: 'toolu_1', text: 'rain in Rome', isError: false }]);
    expect(request?.reasoning.map(({ text }) => text)).toEqual(['a city', 'so']);
  });

  it('shows a failure without the message of the vendor', async () => {
    await using at = await createWorld({
      openai: [{ failure: 'auth', message: 'Incorrect API key: sk-test' }],
    });
    const app = chatServer(at.majordomo.model('openai/gpt-5.4'));
    await expect(chatPage(app)('hi')).rejects.toThrow('An error occurred.');
  });

  it('closes the connection to the vendor when the page is closed', async () => {
    await using at = await createWorld({ openai: [{ fault: 'late' }] });
    const controller = new AbortController();
    const answer = chatPage(chatServer(at.majordomo.model('openai/gpt-5.4')))('hi', controller.signal).catch(
      () => undefined,
    );
    const exchange = await at.openai.request(0);
    controller.abort();
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
    await answer;
  });
});
