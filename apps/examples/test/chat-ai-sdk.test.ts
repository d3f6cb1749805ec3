import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { openaiResponses, startWireServer } from '@majordomo/conformance';
import { DefaultChatTransport, readUIMessageStream, type UIMessage } from 'ai';
import { describe, expect, it } from 'vitest';
import { chatForUi } from '../src/chat-ai-sdk.ts';

const question: UIMessage = { id: 'q', role: 'user', parts: [{ type: 'text', text: 'weather in Rome?' }] };

describe('a route handler for useChat', () => {
  it('streams a chain and the result of its tool', async () => {
    const call = { type: 'tool-call', name: 'weather', json: '{"city":"Rome"}' } as const;
    await using vendor = await startWireServer({
      wire: openaiResponses,
      script: [{ failure: 'overloaded' }, { parts: [call] }, 'It rains.'],
    });
    const majordomo = createMajordomo({
      providers: [createOpenAI({ apiKey: 'k', baseURL: vendor.baseURL })],
      chain: { backoff: { baseMs: 1 } },
    });
    const route = chatForUi(majordomo.model('openai/gpt-5.4'));
    const transport = new DefaultChatTransport<UIMessage>({
      fetch: (_address, init) => route(new Request('http://127.0.0.1/api/chat', init)),
    });
    const stream = await transport.sendMessages({
      trigger: 'submit-message',
      chatId: 'c',
      messageId: undefined,
      messages: [question],
      abortSignal: undefined,
    });
    let last: UIMessage | undefined;
    for await (const message of readUIMessageStream({ stream })) last = message;
    expect(last?.parts).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ type: 'tool-weather', output: 'rain in Rome' }),
        expect.objectContaining({ type: 'text', text: 'It rains.' }),
      ]),
    );
  });

  it.each(['', '{}', '{"messages":3}', '{"messages":[{"role":"user"}]}'])('rejects %s', async (body) => {
    const route = chatForUi(createMajordomo({ providers: [] }).model('openai/gpt-5.4'));
    const response = await route(new Request('http://127.0.0.1/api/chat', { method: 'POST', body }));
    expect(response.status).toBe(400);
  });
});
