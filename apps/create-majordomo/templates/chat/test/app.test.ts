import { createConversations } from '@majordomo/agent';
import { createMajordomo } from '@majordomo/core';
import { sqliteStores } from '@majordomo/store-sqlite';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import type { UiMessage } from '@majordomo/ui';
import { expect, test } from 'vitest';
import { createApp } from '../src/app.ts';

const question = { id: 'm1', role: 'user', parts: [{ type: 'text', text: 'Hi' }] };
const POST = { method: 'POST', body: JSON.stringify({ messages: [question] }) };

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

  const response = await app.request('/api/chats/c1', POST);

  expect(await response.text()).toContain('Hello.');
  const history = await app.request('/api/chats/c1');
  expect(await history.json()).toMatchObject([
    { role: 'user', parts: [{ text: 'Hi' }] },
    { role: 'assistant', parts: [{ type: 'step-start' }, { text: 'Hello.' }] },
  ]);
});

test('an answer continues while the page is reloaded; a stopped one is marked, and replaced by another answer', async () => {
  const clock = fakeClock();
  const slow = { text: 'One two three.', chunks: 3, everyMs: 100 };
  const vendor = fakeProvider({ id: 'vendor', clock, models: { x: [slow, slow, 'Four.'] } });
  await using stores = sqliteStores(':memory:');
  const model = createMajordomo({ providers: [vendor] }).model('vendor/x');
  const app = createApp(model, createConversations({ records: stores.records }));
  const texts = async (id: string): Promise<unknown> => {
    const stored = (await (await app.request(`/api/chats/${id}`)).json()) as UiMessage[];
    return stored.map(({ parts }) => parts.map(({ text }) => text ?? '').join(''));
  };

  const reloaded = new AbortController();
  const response = await app.request('/api/chats/c1', { ...POST, signal: reloaded.signal });
  await clock.advance(100);
  reloaded.abort();
  await response.body?.cancel();
  const resumed = await app.request('/api/chats/c1/stream');
  await clock.advance(300);
  expect(await resumed.text()).toContain('three.');
  expect(await texts('c1')).toEqual(['Hi', 'One two three.']);

  await app.request('/api/chats/c2', POST);
  await clock.advance(150);
  await app.request('/api/chats/c2/stop', { method: 'POST' });
  expect(await texts('c2')).toEqual(['Hi', expect.stringMatching(/^One .*\*\(interrupted\)\*$/)]);
  const body = JSON.stringify({ messages: [question], trigger: 'regenerate-message' });
  const again = await app.request('/api/chats/c2', { method: 'POST', body });
  expect(await again.text()).toContain('Four.');
  expect(await texts('c2')).toEqual(['Hi', 'Four.']);
});
