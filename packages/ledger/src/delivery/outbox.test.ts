import type { Clock } from '@majordomo/core';
import { expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

/** Clock that never advances. */
const still: Clock = {
  now: () => 0,
  sleep: () => new Promise(() => undefined),
  timer: () => () => undefined,
};

it('gives up the oldest jobs beyond 10,000 and reports them', async () => {
  const outbox = new Outbox(still, () => undefined);
  const lost: number[] = [];
  for (let number = 0; number < 10_003; number++) {
    await outbox.send({
      run: () => Promise.reject(new Error(`down at ${number}`)),
      onLost: () => {
        lost.push(number);
      },
    });
  }
  expect(lost).toEqual([0, 1, 2]);
});

it('reports jobs that fail at the close with their last error', async () => {
  const outbox = new Outbox(still, () => undefined);
  const lost: unknown[] = [];
  await outbox.send({
    run: () => Promise.reject(new Error('down')),
    onLost: (error) => {
      lost.push(error);
    },
  });
  await expect(outbox.close()).rejects.toThrow('down');
  expect(lost).toMatchObject([{ message: 'down' }]);
});
