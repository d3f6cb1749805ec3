import { createConversations } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeProvider } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { createApp } from '../src/app.ts';

test('the second model answers if the first one is overloaded, and the chat is stored', async () => {
  const overloaded = { fail: 'overloaded' } as const;
  const first = fakeProvider({ id: 'first', models: { x: [overloaded] } });
  const second = fakeProvider({ id: 'second', models: { y: ['Hello.'] } });
  const majordomo = createMajordomo({ providers: [first, second], chain: { attempts: 1 } });
  await using stores = sqliteStores(':memory:');
  const app = createApp(
    majordomo.model('first/x,second/y'),
    createConversations({ records: stores.records }),
  );

  const message = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hi' }] };
  const body = JSON.stringify({ messages: [message] });
  const response = await app.request('/api/chats/c1', { method: 'POST', body });

  expect(await response.text()).toContain('Hello.');
  const history = await app.request('/api/chats/c1');
  expect(await history.json()).toMatchObject([
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'assistant', parts: [{ type: 'step-start' }, { text: 'Hello.' }] },
  ]);
});
