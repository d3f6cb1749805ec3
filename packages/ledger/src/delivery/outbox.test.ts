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

it('does not repeat a job at the flush that a retry has completed', async () => {
  const timers: (() => void)[] = [];
  const clock: Clock = {
    ...still,
    timer: (_, run) => {
      timers.push(run);
      return () => undefined;
    },
  };
  const outbox = new Outbox(clock, () => undefined);
  let runs = 0;
  await outbox.send({
    run: () => {
      if (++runs === 1) return Promise.reject(new Error('down'));
      return undefined;
    },
  });
  timers.at(-1)?.();
  await outbox.flush();
  await outbox.flush();
  expect(runs).toBe(2);
});
