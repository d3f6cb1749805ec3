import type { AttemptInfo, Permit } from '@majordomo/core';
import { getEventListeners } from 'node:events';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { attemptOf } from '../../test/support/values.ts';
import type { Claim } from '../contract/store.ts';
import { HeldQueue, type HeldLimit } from './held-queue.ts';

const attemptWith = (signal: AbortSignal): AttemptInfo => attemptOf({ signal });
const heldResult = (counter: string): HeldLimit => ({
  heldOn: counter,
  denial: { deny: `held on ${counter}` },
});
const permit: Permit = { settle: () => undefined };

it('retains the call behind one that is aborted between its attempt and its move to another counter', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  const caller = new AbortController();
  const first = queue.wait('a', attemptWith(caller.signal), () => {
    const tried = Promise.resolve(heldResult('b'));
    // Runs after the queue has read the result of the first call and before it moves the call.
    void tried
      .then(() => undefined)
      .then(() => {
        caller.abort();
      });
    return tried;
  });
  const second = queue.wait('a', attemptWith(new AbortController().signal), () => permit);
  queue.onRelease(['a']);
  await clock.advance(200);
  expect(await first).toMatchObject({ deny: expect.stringContaining('ended') as unknown });
  expect(await Promise.race([second, clock.advance(1000).then(() => 'still waiting')])).toBe(permit);
  expect(clock.pending).toBe(0);
});

it('retries the first call after a release during its attempt, one attempt at a time', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  let running = 0;
  let maxParallel = 0;
  let tries = 0;
  const waiting = queue.wait('a', attemptWith(new AbortController().signal), async () => {
    maxParallel = Math.max(maxParallel, ++running);
    await Promise.resolve();
    running--;
    return ++tries === 1 ? heldResult('a') : permit;
  });
  queue.onRelease(['a']);
  queue.onRelease(['a']);
  // This is before the next poll.
  expect(await Promise.race([waiting, clock.advance(50)])).toBe(permit);
  expect([tries, maxParallel]).toEqual([2, 1]);
});

it('moves a call to the counter that a retry reports, and retries it when that counter is released', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  let tries = 0;
  const waiting = queue.wait('a', attemptWith(new AbortController().signal), () =>
    ++tries === 1 ? heldResult('b') : permit,
  );
  queue.onRelease(['a']);
  await clock.advance(1);
  queue.onRelease(['a']);
  await clock.advance(1);
  expect(tries).toBe(1);
  queue.onRelease(['b']);
  // This is before the next poll.
  expect(await Promise.race([waiting, clock.advance(50)])).toBe(permit);
});

it.each([
  ['a', 'b', 'b'],
  ['b', 'a', 'b'],
  ['b', 'b', 'a'],
])('moves a call to its place in the order of arrival, with calls for %s, %s and %s', async (...counters) => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  const admitted: number[] = [];
  const calls = counters.map((counter, number) => {
    let isMoved = counter === 'b';
    return queue.wait(counter, attemptWith(new AbortController().signal), () => {
      if (isMoved) admitted.push(number);
      const answer = isMoved ? permit : heldResult('b');
      isMoved = true;
      return answer;
    });
  });
  queue.onRelease(['a']);
  await clock.advance(1);
  expect(admitted).toEqual([]);
  queue.onRelease(['b']);
  await clock.advance(1);
  await Promise.all(calls);
  expect(admitted).toEqual([0, 1, 2]);
});

it('does not retry before the next poll without a release', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  const times: number[] = [];
  const waiting = queue.wait('a', attemptWith(new AbortController().signal), () => {
    times.push(clock.now());
    return times.length < 3 ? heldResult('a') : permit;
  });
  queue.onRelease(['b']);
  await clock.advance(300);
  expect(await waiting).toBe(permit);
  expect([times, clock.pending]).toEqual([[100, 200, 300], 0]);
});

it('rejects with the error of a reservation, and serves the next call', async () => {
  const clock = fakeClock();
  const queue = new HeldQueue(clock, 30_000);
  const { signal } = new AbortController();
  const first = queue.wait('a', attemptWith(signal), () => Promise.reject(new Error('no disk')));
  const second = queue.wait('a', attemptWith(signal), () => permit);
  queue.retryAll();
  await expect(first).rejects.toThrow('no disk');
  expect(await second).toBe(permit);
});

it('requires the claims of a later call to queue on counters with waiting calls, unless they are empty', () => {
  const queue = new HeldQueue(fakeClock(), 30_000);
  const claim = (counter: string, amount: bigint): Claim => ({
    counter,
    max: 9n,
    amount,
    resetsInMs: undefined,
    whenLapsed: 'spent',
  });
  expect(queue.queuedCounter([claim('a', 1n)])).toBeUndefined();
  void queue.wait('a', attemptWith(new AbortController().signal), () => heldResult('a'));
  expect(queue.queuedCounter([claim('b', 1n), claim('a', 1n)])).toBe('a');
  expect(queue.queuedCounter([claim('b', 1n), claim('a', 0n)])).toBeUndefined();
});

describe('a call that ends while it waits', () => {
  /** Three waiting calls: the first is never admitted, and the others are admitted after `open`. */
  function threeCalls(timeoutMs: number) {
    const clock = fakeClock();
    const queue = new HeldQueue(clock, timeoutMs);
    const callers = [1, 2, 3].map(() => new AbortController());
    const tries: number[] = [];
    let isOpen = false;
    const calls = callers.map(({ signal }, number) =>
      queue.wait('a', attemptWith(signal), () => {
        tries.push(number);
        return number > 0 && isOpen ? permit : heldResult('a');
      }),
    );
    return { clock, callers, calls, tries, open: () => (isOpen = true) };
  }
  const ended = { deny: 'the call ended while it waited for other calls to settle' };

  it.each([0, 1, 2])('because caller %i aborted leaves the queue at once', async (number) => {
    const { clock, callers, calls } = threeCalls(30_000);
    callers[number]?.abort();
    // This is before the next poll.
    expect(await Promise.race([calls[number], clock.advance(50)])).toEqual(ended);
  });

  it('is denied without another reservation, and the next call is admitted at once', async () => {
    const { clock, callers, calls, tries, open } = threeCalls(30_000);
    open();
    callers[0]?.abort();
    expect(await Promise.race([Promise.all(calls), clock.advance(50)])).toEqual([ended, permit, permit]);
    expect(tries).toEqual([1, 2]);
    expect(clock.pending).toBe(0);
  });

  it('because the time is over is denied by a last reservation, and the next call is admitted at once', async () => {
    const { clock, calls, tries, open } = threeCalls(50);
    open();
    await clock.advance(50);
    expect(await Promise.all(calls)).toEqual([heldResult('a').denial, permit, permit]);
    expect(tries).toEqual([0, 1, 2]);
  });

  it('while it reserves gets the result of that reservation, without another one', async () => {
    const clock = fakeClock();
    const queue = new HeldQueue(clock, 150);
    let tries = 0;
    const { signal } = new AbortController();
    const waiting = queue.wait('a', attemptWith(signal), () =>
      ++tries === 1 ? clock.sleep(200, signal).then(() => heldResult('a')) : permit,
    );
    queue.onRelease(['a']);
    await clock.advance(200);
    expect([await waiting, tries]).toEqual([heldResult('a').denial, 1]);
  });

  it('leaves no listener at the signal of its caller', async () => {
    const { clock, callers, calls, open } = threeCalls(150);
    open();
    await clock.advance(200);
    await Promise.all(calls);
    expect(callers.map(({ signal }) => getEventListeners(signal, 'abort').length)).toEqual([0, 0, 0]);
  });
});
