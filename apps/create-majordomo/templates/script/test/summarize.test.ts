import { createMajordomo } from '@majordomo/core';
import { fakeClock, fakeProvider } from '@majordomo/testing';
import { expect, test } from 'vitest';
import { summarize } from '../src/summarize.ts';

test('the second model sums up if the first one is overloaded', async () => {
  const clock = fakeClock();
  const overloaded = { fail: 'overloaded' } as const;
  const first = fakeProvider({ id: 'first', models: { x: [overloaded, overloaded] }, clock });
  const second = fakeProvider({ id: 'second', models: { y: ['It snows.'] }, clock });
  const model = createMajordomo({ providers: [first, second], clock }).model('first/x,second/y');

  const response = summarize(model, 'It has snowed since the morning.');
  await clock.advance(10_000);

  expect((await response).text).toBe('It snows.');
  expect((await response).target).toBe('second/y');
});
