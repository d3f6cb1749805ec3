import { useChat, type UseChatHelpers } from '@ai-sdk/react';
import { DefaultChatTransport, type UIMessage } from 'ai';
import type { Hono } from 'hono';
import { createElement, type ReactElement } from 'react';
import { describe, expect, it } from 'vitest';
import { page } from './support/browser.ts';
import { chatServer } from './support/chat-server.ts';
import { createWorld } from './support/house.ts';

const PATIENCE = { timeout: 30_000 };

/** A page that shows what `useChat` has, and hands over its functions. */
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
    const shownMessages = latest.messages.map(({ id, role, parts }) => {
      const texts = parts.map((part) => (part.type === 'text' ? part.text : `[${part.type}]`));
      return createElement('p', { key: id }, `${role}: ${texts.join('')}|`);
    });
    return createElement('div', {}, ...shownMessages, latest.error?.message ?? '');
  };
  return {
    element: createElement(Page),
    chat: () => {
      if (latest === undefined) throw new Error('nothing is shown yet');
      return latest;
    },
  };
}

async function shown(app: Hono) {
  const { text, show } = await page();
  const { element, chat } = chatOn(app);
  show(element);
  await expect.poll(() => chat().status, PATIENCE).toBe('ready');
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
    const { text, chat } = await shown(chatServer(model));
    await chat().sendMessage({ text: 'Rome?' });
    const first = 'user: Rome?|assistant: [step-start][reasoning][tool-weather][step-start]It rains.|';
    await expect.poll(text, PATIENCE).toBe(first);
    await chat().sendMessage({ text: 'and tomorrow?' });
    await expect.poll(text, PATIENCE).toBe(`${first}user: and tomorrow?|assistant: [step-start]Always.|`);
    expect(at.anthropic.requests[2]?.violations).toEqual([]);
  });

  it('shows a failure without details', async () => {
    await using at = await createWorld({
      openai: [{ failure: 'auth', message: 'Incorrect API key: sk-test' }],
    });
    const { text, chat } = await shown(chatServer(at.majordomo.model('openai/gpt-5.4')));
    await chat().sendMessage({ text: 'hi' });
    await expect.poll(text, PATIENCE).toBe('user: hi|An error occurred.');
    expect(chat().status).toBe('error');
  });

  it('closes the vendor’s connection when it is stopped', async () => {
    await using at = await createWorld({ openai: [{ fault: 'late' }] });
    const { chat } = await shown(chatServer(at.majordomo.model('openai/gpt-5.4')));
    const sent = chat().sendMessage({ text: 'hi' });
    const exchange = await at.openai.request(0);
    await chat().stop();
    await exchange.ended;
    expect(exchange.outcome).toBe('left');
    await sent;
  });
});
