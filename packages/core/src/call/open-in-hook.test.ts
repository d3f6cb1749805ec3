import { describe, expect, it } from 'vitest';
import type { AttemptInfo } from '../types/gate.ts';
import { openInHook } from './attempt-reader.ts';

const info = { target: 'a/x' } as AttemptInfo;
type Around = NonNullable<Parameters<typeof openInHook>[0]>;

/** A stream of one event, and how often it was begun. */
function source(): { readonly start: () => AsyncIterator<object>; begun: number } {
  const made = {
    begun: 0,
    start: () => {
      made.begun++;
      return { next: () => Promise.resolve({ done: false as const, value: { type: 'event' } }) };
    },
  };
  return made;
}

const throwing = (): never => {
  throw new Error('odd');
};

describe('a stream', () => {
  it.each<[string, Around | undefined]>([
    ['without a hook', undefined],
    ['in a hook that runs it', (_attempt, run) => run()],
    ['in a hook that runs it twice', (_attempt, run) => (run(), run())],
    ['in a hook that does not run it', () => Promise.resolve(undefined) as never],
    ['in a hook that throws', throwing],
    ['in a hook that throws after it ran it', (_attempt, run) => (run(), throwing())],
    ['in a hook that rejects', () => Promise.reject(new Error('odd')) as never],
    ['in a hook that gives nothing', () => undefined as never],
  ])('is begun once, and asked for its first step: %s', async (_, around) => {
    const made = source();
    const { first } = openInHook(around, info, made.start);
    expect([await first, made.begun]).toEqual([{ done: false, value: { type: 'event' } }, 1]);
  });

  it('is shown to the hook with what it is for', () => {
    const seen: unknown[] = [];
    const around: Around = (attempt, run) => (seen.push(attempt), run());
    openInHook(around, info, source().start);
    expect(seen).toEqual([info]);
  });

  it('that cannot be begun fails at its first step, and at every other', async () => {
    const { first, steps } = openInHook(undefined, info, throwing);
    await expect(first).rejects.toThrow('odd');
    await expect(steps.next()).rejects.toThrow('odd');
  });
});
