import { expect, it } from 'vitest';
import { manualClock } from '../../test/support/manual-clock.ts';
import { withTimeout } from './async.ts';

it.each([
  ['resolves', () => Promise.resolve(5), { status: 'fulfilled', value: 5 }],
  [
    'rejects',
    () => Promise.reject(new Error('no disk')),
    { status: 'rejected', reason: new Error('no disk') },
  ],
])('%s as the promise does and leaves no timer', async (_, run, expected) => {
  const clock = manualClock();
  const [outcome] = await Promise.allSettled([withTimeout(run(), 10, clock)]);
  expect(outcome).toEqual(expected);
  await Promise.resolve();
  expect(clock.pending()).toBe(0);
});

it('rejects after the time, and not before', async () => {
  const clock = manualClock();
  let message: unknown;
  withTimeout(new Promise(() => undefined), 10, clock).catch((error: unknown) => {
    message = (error as Error).message;
  });
  await clock.advance(9);
  expect(message).toBeUndefined();
  await clock.advance(1);
  expect(message).toBe('no answer within 10 ms');
});

it('prefers a result that arrived while the process was blocked', async () => {
  const clock = manualClock();
  const answer = new Promise((resolve) => {
    clock.timer(10, () => {
      resolve('answer');
    });
  });
  const waiting = withTimeout(answer, 10, clock);
  await clock.advance(10);
  expect(await waiting).toBe('answer');
});
