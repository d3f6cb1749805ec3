import { describe, expect, it } from 'vitest';
import { Semaphore } from './async.ts';

interface RunningWork {
  readonly outcome: Promise<unknown>;
  readonly isRunning: () => boolean;
  readonly end: () => void;
  readonly abort: () => void;
}

/** Starts work that runs until the test ends it. */
function startWork(semaphore: Semaphore): RunningWork {
  const controller = new AbortController();
  let isRunning = false;
  let end: () => void = () => undefined;
  const work = new Promise<void>((resolve) => (end = resolve));
  const outcome = semaphore
    .run(controller.signal, async () => {
      isRunning = true;
      await work;
      isRunning = false;
    })
    .catch(() => 'aborted');
  return {
    outcome,
    isRunning: () => isRunning,
    end,
    abort: () => {
      controller.abort();
    },
  };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a semaphore', () => {
  it('run waiting work in order', async () => {
    const semaphore = new Semaphore(1);
    const [first, second, third] = [startWork(semaphore), startWork(semaphore), startWork(semaphore)];
    await settled();
    expect([first, second, third].map((work) => work.isRunning())).toEqual([true, false, false]);
    first.end();
    await settled();
    expect([second.isRunning(), third.isRunning()]).toEqual([true, false]);
  });

  it('start no other work when waiting work is aborted', async () => {
    const semaphore = new Semaphore(1);
    const [, second, third] = [startWork(semaphore), startWork(semaphore), startWork(semaphore)];
    third.abort();
    expect(await third.outcome).toBe('aborted');
    await settled();
    expect(second.isRunning()).toBe(false);
  });

  it('pass on the slot of work that is aborted at its turn', async () => {
    const semaphore = new Semaphore(1);
    const [first, second, third] = [startWork(semaphore), startWork(semaphore), startWork(semaphore)];
    await settled();
    first.end();
    await first.outcome;
    second.abort();
    second.end();
    await second.outcome;
    await settled();
    expect(third.isRunning()).toBe(true);
  });

  it('of a fraction are rounded down', async () => {
    const semaphore = new Semaphore(1.5);
    const [, second] = [startWork(semaphore), startWork(semaphore)];
    await settled();
    expect(second.isRunning()).toBe(false);
  });
});
