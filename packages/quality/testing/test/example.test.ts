import { createMajordomo, user } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, it } from 'vitest';

it('answers from the second vendor when the first is overloaded', async () => {
  const clock = fakeClock();
  const a = fakeProvider({ id: 'a', models: { x: [{ fail: 'overloaded' }, { fail: 'overloaded' }] }, clock });
  const b = fakeProvider({ id: 'b', models: { y: [{ text: 'Hello.', delayMs: 500 }] }, clock });
  const model = createMajordomo({ providers: [a, b], clock }).model('a/x,b/y');

  const answer = model.generate({ messages: [user('hi')] });
  await clock.advance(10_000);

  expect((await answer).text).toBe('Hello.');
  expect(a.requests).toHaveLength(2);
  expect([a.unplayed, b.unplayed, clock.pending]).toEqual([0, 0, 0]);
});
