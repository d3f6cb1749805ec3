import { describe, expect, it } from 'vitest';
import type { AttemptInfo } from '../types/gate.ts';
import { openInHook } from './attempt-reader.ts';

const info = { target: 'a/x' } as AttemptInfo;
type Around = NonNullable<Parameters<typeof openInHook>[0]>;

/** Returns a stream of one event, and counts how often it is opened. */
function source(): { readonly start: () => AsyncIterator<object>; openCount: number } {
  const stream = {
    openCount: 0,
    start: () => {
      stream.openCount++;
      return { next: () => Promise.resolve({ done: false as const, value: { type: 'event' } }) };
    },
  };
  return stream;
}

const throwing = (): never => {
  throw new Error('odd');
};

describe('openInHook', () => {
  it.each<[string, Around | undefined]>([
    ['without a hook', undefined],
    ['in a hook that runs it', (_attempt, run) => run()],
    ['in a hook that runs it twice', (_attempt, run) => (run(), run())],
    ['in a hook that does not run it', () => Promise.resolve(undefined) as never],
    ['in a hook that throws', throwing],
    ['in a hook that throws after it has run it', (_attempt, run) => (run(), throwing())],
    ['in a hook that rejects', () => Promise.reject(new Error('odd')) as never],
    ['in a hook that returns nothing', () => undefined as never],
  ])('opens the stream once and requests its first step: %s', async (_, around) => {
    const stream = source();
    const { first } = openInHook(around, info, stream.start);
    expect([await first, stream.openCount]).toEqual([{ done: false, value: { type: 'event' } }, 1]);
  });

  it('passes the attempt to the hook', () => {
    const attempts: unknown[] = [];
    const around: Around = (attempt, run) => (attempts.push(attempt), run());
    openInHook(around, info, source().start);
    expect(attempts).toEqual([info]);
  });

  it('returns a stream that rejects every step if it cannot be opened', async () => {
    const { first, steps } = openInHook(undefined, info, throwing);
    await expect(first).rejects.toThrow('odd');
    await expect(steps.next()).rejects.toThrow('odd');
  });
});
