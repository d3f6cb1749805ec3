import { createMajordomo, user } from '@majordomo/core';
import { expect, it } from 'vitest';
import { fakeClock, fakeProvider } from '../src/index.ts';

const SCHEMA = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] };

it('ends a typed call, whose code is loaded on demand, within one advance', { timeout: 5_000 }, async () => {
  const clock = fakeClock();
  const first = fakeProvider({
    id: 'first',
    models: { x: [{ fail: 'overloaded' }, { fail: 'overloaded' }] },
    clock,
  });
  const second = fakeProvider({ id: 'second', models: { y: [{ text: '{"a":1}', delayMs: 500 }] }, clock });
  const model = createMajordomo({ providers: [first, second], clock }).model('first/x,second/y');
  const answer = model.generateObject({ messages: [user('hi')], output: SCHEMA });
  await clock.advance(10_000);
  expect(clock.pending).toBe(0);
  expect((await answer).value).toEqual({ a: 1 });
});
