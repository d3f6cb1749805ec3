import fc from 'fast-check';
import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { fakeClock } from './fake-clock.ts';

it('runs timers in the order of their times, and timers of equal time in the order of creation', async () => {
  const clock = fakeClock();
  const firedTimers: string[] = [];
  clock.timer(20, () => firedTimers.push(`b@${clock.now()}`));
  clock.timer(10, () => firedTimers.push(`a@${clock.now()}`));
  clock.timer(20, () => firedTimers.push(`c@${clock.now()}`));
  await clock.advance(20);
  expect(firedTimers).toEqual(['a@10', 'b@20', 'c@20']);
  expect(clock.pending).toBe(0);
});

it('runs timers that are set by a timer within the same advance', async () => {
  const clock = fakeClock(1000);
  const { signal } = new AbortController();
  const times: number[] = [];
  const loop = (async () => {
    for (let n = 0; n < 3; n++) {
      await clock.sleep(10, signal);
      await Promise.resolve();
      times.push(clock.now());
    }
  })();
  await clock.advance(30);
  await loop;
  expect(times).toEqual([1010, 1020, 1030]);
});

it.each([
  ['an immediate', () => new Promise((resolve) => setImmediate(resolve))],
  ['a timer of the platform', () => new Promise((resolve) => setTimeout(resolve, 0))],
  [
    'fifty promises',
    async () => {
      for (let n = 0; n < 50; n++) await Promise.resolve();
    },
  ],
])('waits for %s between two timers', async (_, pause) => {
  const clock = fakeClock();
  const { signal } = new AbortController();
  const times: number[] = [];
  const loop = (async () => {
    for (let n = 0; n < 5; n++) {
      await clock.sleep(10, signal);
      await pause();
      times.push(clock.now());
    }
  })();
  await clock.advance(50);
  await loop;
  expect(times).toEqual([10, 20, 30, 40, 50]);
});

it('performs two parallel advances one after the other', async () => {
  const clock = fakeClock();
  const firedTimers: number[] = [];
  clock.timer(7, () => firedTimers.push(clock.now()));
  await Promise.all([clock.advance(5), clock.advance(5)]);
  expect([firedTimers, clock.now()]).toEqual([[7], 10]);
});

it('rejects the advance in which a timer throws, and no later advance', async () => {
  const clock = fakeClock();
  clock.timer(5, () => {
    throw new Error('boom');
  });
  await expect(clock.advance(10)).rejects.toThrow('boom');
  await clock.advance(5);
  expect(clock.now()).toBe(10);
});

it.each([-1, Number.NaN, Infinity])('does not advance by %d', async (ms) => {
  const clock = fakeClock();
  await expect(clock.advance(ms)).rejects.toThrow(RangeError);
  await clock.advance(0);
  expect(clock.now()).toBe(0);
});

it('does not run timers that are not due or cancelled', async () => {
  const clock = fakeClock();
  const firedTimers: number[] = [];
  clock.timer(11, () => firedTimers.push(11));
  const cancel = clock.timer(5, () => firedTimers.push(5));
  cancel();
  await clock.advance(10);
  expect([firedTimers, clock.pending, clock.now()]).toEqual([[], 1, 10]);
  await clock.advance(1);
  expect(firedTimers).toEqual([11]);
});

it("rejects a sleep with the signal's reason and removes its timer and listener", async () => {
  const clock = fakeClock();
  const controller = new AbortController();
  const reason = new Error('enough');
  const slept = clock.sleep(50, controller.signal);
  controller.abort(reason);
  await expect(slept).rejects.toBe(reason);
  await expect(clock.sleep(50, controller.signal)).rejects.toBe(reason);
  expect(clock.pending).toBe(0);
  expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
});

it('removes the listener of a finished sleep', async () => {
  const clock = fakeClock();
  const { signal } = new AbortController();
  const slept = clock.sleep(5, signal);
  await clock.advance(5);
  await slept;
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('runs every timer once and at its time, independently of the sizes of the advances', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(100), { maxLength: 20 }),
      fc.array(fc.nat(40), { maxLength: 8 }),
      async (dues, steps) => {
        const clock = fakeClock();
        const firedTimers: number[] = [];
        for (const due of dues)
          clock.timer(due, () => firedTimers.push(due === clock.now() ? due : Number.NaN));
        for (const step of [0, ...steps]) await clock.advance(step);
        expect(firedTimers).toEqual(dues.filter((due) => due <= clock.now()).sort((a, b) => a - b));
        expect(clock.pending).toBe(dues.length - firedTimers.length);
      },
    ),
    { numRuns: 50 },
  );
});
