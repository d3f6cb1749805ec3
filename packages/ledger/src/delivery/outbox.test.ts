import type { Clock } from '@majordomo/core';
import { expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

/** Time stands still. */
const still: Clock = {
  now: () => 0,
  sleep: () => new Promise(() => undefined),
  timer: () => () => undefined,
};

it('of what waits for a store that does not come back the oldest goes, and is told', async () => {
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

it('what the store has not taken when it is closed is told with its last error', async () => {
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
