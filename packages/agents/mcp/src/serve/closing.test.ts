import { expect, it } from 'vitest';
import { rejection } from '../../test/support/world.ts';
import { Closing } from './closing.ts';

/** Work that resolves with the caller's reason, and ignores the closing of the server. */
const hanging = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => {
      if (signal.reason === 'stop') resolve(signal.reason);
    });
  });
const closed = { kind: 'aborted', message: 'the server was closed' };

it('ends running and later work with the same reason', async () => {
  const closing = new Closing();
  const running = rejection(closing.run(undefined, hanging));
  const other = rejection(closing.run(new AbortController().signal, hanging));
  expect(closing.isOver).toBe(false);
  closing.close();
  expect([closing.isOver, await running]).toMatchObject([true, closed]);
  closing.close();
  expect(await other).toBe(await running);
  expect(await rejection(closing.run(undefined, hanging))).toBe(await running);
});

it('ends work with its own signal', async () => {
  const controller = new AbortController();
  const running = new Closing().run(controller.signal, hanging);
  controller.abort('stop');
  expect(await running).toBe('stop');
});

it('does not abort the signal of work that has ended', async () => {
  const closing = new Closing();
  const signal = await closing.run(undefined, (own) => Promise.resolve(own));
  const failed: AbortSignal[] = [];
  await expect(
    closing.run(undefined, (own) => {
      failed.push(own);
      return Promise.reject(new Error('bug'));
    }),
  ).rejects.toThrow('bug');
  closing.close();
  expect([signal, ...failed].map(({ aborted }) => aborted)).toEqual([false, false]);
});
