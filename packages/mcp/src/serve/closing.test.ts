import { expect, it } from 'vitest';
import { Closing } from './closing.ts';

const hanging = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve(signal.reason);
    else
      signal.addEventListener('abort', () => {
        resolve(signal.reason);
      });
  });
const closed = { kind: 'aborted', message: 'the server was closed' };

it('ends running and later work with the same reason', async () => {
  const closing = new Closing();
  const running = closing.run(undefined, hanging);
  const other = closing.run(new AbortController().signal, hanging);
  expect(closing.isOver).toBe(false);
  closing.close();
  expect([closing.isOver, await running]).toMatchObject([true, closed]);
  closing.close();
  expect(await other).toBe(await running);
  expect(await closing.run(undefined, hanging)).toBe(await running);
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
