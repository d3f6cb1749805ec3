import { createMajordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';
import { openaiChat, startWireServer } from '@majordomo/conformance';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { Summariser } from './sibling.ts';

it('your code with a fake model', async () => {
  const clock = fakeClock();
  const first = fakeProvider({
    id: 'first',
    models: { x: [{ fail: 'overloaded' }, { fail: 'overloaded' }] },
    clock,
  });
  const second = fakeProvider({ id: 'second', models: { y: ['In short: snow.'] }, clock });
  const model = createMajordomo({ providers: [first, second], clock }).model('first/x,second/y');

  const summary = new Summariser(model).run('It snowed all day.');
  await clock.advance(10_000);

  expect(await summary).toBe('In short: snow.');
  expect(second.requests[0]?.request.system).toBe('Sum up in one sentence.');
});

it('your code with the real SDK and a vendor whose stream breaks off', async () => {
  await using server = await startWireServer({
    wire: openaiChat,
    script: [{ fault: 'cut', at: { content: 1 } }, 'In short: snow.'],
  });
  const provider = createOpenAI({ apiKey: 'any', baseURL: server.baseURL, api: 'chat' });
  const model = createMajordomo({ providers: [provider] }).model('openai/gpt-4o');

  expect(await new Summariser(model).run('It snowed all day.')).toBe('In short: snow.');
  expect(server.requests).toHaveLength(2);
});
