import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';

it('answers from the second vendor when the first is overloaded', async () => {
  const clock = fakeClock();
  const first = fakeProvider({
    id: 'first',
    models: { x: [{ fail: 'overloaded' }, { fail: 'overloaded' }] },
    clock,
  });
  const second = fakeProvider({ id: 'second', models: { y: [{ text: 'Hello.', delayMs: 500 }] }, clock });
  const model = createMajordomo({ providers: [first, second], clock }).model('first/x,second/y');

  const answer = model.generate({ messages: [user('hi')] });
  await clock.advance(10_000);

  expect((await answer).text).toBe('Hello.');
  expect(first.requests).toHaveLength(2);
  expect([first.unplayed, second.unplayed, clock.pending]).toEqual([0, 0, 0]);
});
