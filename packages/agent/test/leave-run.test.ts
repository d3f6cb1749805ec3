import { getEventListeners } from 'node:events';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { watchRun, type RunChannel, type RunEvent } from '../src/durable.ts';

async function all(events: AsyncIterable<RunEvent>): Promise<RunEvent[]> {
  const heard: RunEvent[] = [];
  for await (const event of events) heard.push(event);
  return heard;
}

describe('watching a run', () => {
  /** Counts who has left. */
  const leaving = (): { readonly channel: RunChannel; left(): number } => {
    let left = 0;
    return {
      channel: { publish: async () => undefined, subscribe: async () => () => ++left },
      left: () => left,
    };
  };

  it('ends with a reader who leaves before the first read, and one who leaves while it waits', async () => {
    const { channel, left } = leaving();
    const unread = (await watchRun(channel, 'r'))[Symbol.asyncIterator]();
    await unread.return?.();
    expect(left()).toBe(1);
    const waiting = (await watchRun(channel, 'r'))[Symbol.asyncIterator]();
    const next = waiting.next();
    await waiting.return?.();
    expect([await next, left()]).toEqual([{ done: true, value: undefined }, 2]);
  });

  it('ends where nobody can say when the run is over', async () => {
    const { channel, left } = leaving();
    const clock = fakeClock();
    const over = (): never => {
      throw new Error('no such run');
    };
    const watched = all(await watchRun(channel, 'r', { over, clock }));
    await clock.advance(500);
    expect([await watched, left()]).toEqual([[], 1]);
  });

  it('ends by a signal while the channel has not answered, and leaves it when it does', async () => {
    let left = 0;
    let answer: (stop: () => unknown) => void = () => undefined;
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: () => new Promise((resolve) => (answer = resolve)),
    };
    const controller = new AbortController();
    const watching = watchRun(channel, 'r', { signal: controller.signal });
    controller.abort('enough');
    await expect(watching.then(all)).rejects.toMatchObject({ kind: 'aborted', cause: 'enough' });
    answer(() => ++left);
    await Promise.resolve();
    await expect.poll(() => left).toBe(1);
  });

  it('leaves nothing at the signal where the channel refuses', async () => {
    const { signal } = new AbortController();
    const channel: RunChannel = {
      publish: async () => undefined,
      subscribe: () => Promise.reject(new Error('Redis is not connected')),
    };
    await expect(watchRun(channel, 'r', { signal })).rejects.toThrow('not connected');
    await expect.poll(() => getEventListeners(signal, 'abort')).toEqual([]);
  });
});
