import { useChat, type UseChatHelpers } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import type { Hono } from 'hono';
import { createElement, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { openPage } from './support/browser.ts';
import { chatServer } from './support/chat-server.ts';
import { createWorld } from './support/world.ts';

const POLL_OPTIONS = { timeout: 30_000 };

/** Returns a page element that shows the state of `useChat`, and a function that returns the current state. */
function chatOn(app: Hono): {
  readonly element: ReactElement;
  readonly chat: () => UseChatHelpers<UIMessage>;
} {
  const transport = new DefaultChatTransport<UIMessage>({
    fetch: async (_address, init) => app.request('/api/chat', init),
  });
  let latest: UseChatHelpers<UIMessage> | undefined;
  const Page = (): ReactElement => {
    latest = useChat({ transport });
    const messageElements = latest.messages.map(({ id, role, parts }) => {
      const texts = parts.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`));
      return createElement('p', { key: id }, `${role}: ${texts.join('')}|`);
    });
    return createElement('div', {}, ...messageElements, latest.error?.message ?? '');
  };
  return {
    element: createElement(Page),
    chat: () => {
      if (latest === undefined) throw new Error('the page is not rendered yet');
      return latest;
    },
  };
}

async function openChat(app: Hono) {
  const { text, show } = await openPage();
  const { element, chat } = chatOn(app);
  show(element);
  await expect.poll(() => chat().status, POLL_OPTIONS).toBe('ready');
  return { text, chat };
}

describe('useChat of React over a chain', { timeout: 120_000 }, () => {
  it('shows reasoning, a tool and the answer of the next target', async () => {
    await using at = await createWorld({
      openai: () => ({ failure: 'overloaded' }),
      anthropic: [
        {
          parts: [
            { type: 'reasoning', text: 'a city' },
            { type: 'tool-call', id: 'toolu_1', name: 'weather', json: '{"city":"Rome"}' },
          ],
        },
        'It rains.',
        'Always.',
      ],
    });
    const model = at.majordomo.model('openai/gpt-5.4,anthropic/claude-haiku-4-5');
    const { text, chat } = await openChat(chatServer(model));
    await chat().sendMessage({ text: 'Rome?' });
    const first = 'user: Rome?|assistant: [step-start][reasoning][tool-weather][step-start]It rains.|';
    await expect.poll(text, POLL_OPTIONS).toBe(first);
    await chat().sendMessage({ text: 'and tomorrow?' });
    await expect.poll(text, POLL_OPTIONS).toBe(`${first}user: and tomorrow?|assistant: [step-start]Always.|`);
    expect(at.anthropic.requests[2]?.violations).toEqual([]);
  });

  it('shows a failure without details', async () => {
    await using at = await createWorld({
      openai: [{ failure: 'auth', message: 'Incorrect API key: sk-test' }],
    });
    const { text, chat } = await openChat(chatServer(at.majordomo.model('openai/gpt-5.4')));
    await chat().sendMessage({ text: 'hi' });
    await expect.poll(text, POLL_OPTIONS).toBe('user: hi|An error occurred.');
    expect(chat().status).toBe('error');
  });

  it('closes the connection to the vendor when the chat is stopped', async () => {
    await using at = await createWorld({ openai: [{ fault: 'late' }] });
    const { chat } = await openChat(chatServer(at.majordomo.model('openai/gpt-5.4')));
    const sending = chat().sendMessage({ text: 'hi' });
    const exchange = await at.openai.request(0);
    await chat().stop();
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
    await sending;
  });
});
