import { getEventListeners } from 'node:events';
import { fakeClock } from '@majordomo/testing';
import { readAll } from '@majordomo/test-support';
import { describe, expect, it } from 'vitest';
import { watchRun, type RunChannel } from '../src/durable.ts';

describe('watching a run', () => {
  /** Returns a channel that counts canceled subscriptions. */
  const countingChannel = (): { readonly channel: RunChannel; unsubscribed(): number } => {
    let unsubscribed = 0;
    return {
      channel: { publish: async () => undefined, subscribe: async () => () => ++unsubscribed },
      unsubscribed: () => unsubscribed,
    };
  };

  it('unsubscribes if the reader stops before the first read or while a read waits', async () => {
    const { channel, unsubscribed } = countingChannel();
    const unread = (await watchRun(channel, 'r'))[Symbol.asyncIterator]();
    await unread.return?.();
    expect(unsubscribed()).toBe(1);
    const waiting = (await watchRun(channel, 'r'))[Symbol.asyncIterator]();
    const next = waiting.next();
    await waiting.return?.();
    expect([await next, unsubscribed()]).toEqual([{ done: true, value: undefined }, 2]);
  });

  it('ends if `over` throws', async () => {
    const { channel, unsubscribed } = countingChannel();
    const clock = fakeClock();
    const over = (): never => {
      throw new Error('no such run');
    };
    const watched = readAll(await watchRun(channel, 'r', { over, clock }));
    await clock.advance(500);
    expect([await watched, unsubscribed()]).toEqual([[], 1]);
  });

  it('rejects after an abort during `subscribe`, and unsubscribes when `subscribe` completes', async () => {
    let unsubscribed = 0;
    let completeSubscription: (stop: () => unknown) => void = () => undefined;
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: () => new Promise((resolve) => (completeSubscription = resolve)),
    };
    const controller = new AbortController();
    const watching = watchRun(channel, 'r', { signal: controller.signal });
    controller.abort('enough');
    await expect(watching.then(readAll)).rejects.toMatchObject({ kind: 'aborted', cause: 'enough' });
    completeSubscription(() => ++unsubscribed);
    await Promise.resolve();
    await expect.poll(() => unsubscribed).toBe(1);
  });

  it.each<[string, RunChannel['subscribe']]>([
    ['rejects', () => Promise.reject(new Error('Redis is not connected'))],
    [
      'throws',
      () => {
        throw new Error('Redis is not connected');
      },
    ],
  ])(
    'rejects with `network` and leaves no listener on the signal if `subscribe` %s',
    async (_name, subscribe) => {
      const { signal } = new AbortController();
      const channel: RunChannel = { publish: async () => undefined, subscribe };
      await expect(watchRun(channel, 'r', { signal })).rejects.toMatchObject({
        kind: 'network',
        message: expect.stringContaining('run "r"') as string,
        cause: { message: 'Redis is not connected' },
      });
      await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([]);
    },
  );
});
