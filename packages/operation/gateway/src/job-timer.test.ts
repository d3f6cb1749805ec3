import type { Background } from '@majordomo/background';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { JobTimer } from './job-timer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Timer over jobs with these results of polls; later polls find no job. */
function setUp(...results: readonly (() => ReturnType<Background['poll']>)[]) {
  const polls: number[] = [];
  const errors: unknown[] = [];
  const start = Date.now();
  const rest = [...results];
  const poll: Background['poll'] = () => {
    polls.push(Date.now() - start);
    return rest.shift()?.() ?? Promise.resolve({ nextMs: undefined });
  };
  const timer = new JobTimer(
    () => ({ poll }) as Background,
    (error) => errors.push(error),
  );
  return { timer, polls, errors };
}

it('polls from its start, when a job is due, and at least every ten seconds', async () => {
  const { timer, polls } = setUp(
    async () => ({ nextMs: 0 }),
    async () => ({ nextMs: 4000 }),
    async () => ({ nextMs: 60_000 }),
  );
  await vi.advanceTimersByTimeAsync(20_000);
  expect(polls).toEqual([]);
  timer.start();
  timer.start();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(polls.map((at) => at - 20_000)).toEqual([0, 1000, 5000, 15_000, 25_000]);
  timer.stop();
  timer.start();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(polls).toHaveLength(5);
});

it('reports the error of a poll, and polls again later', async () => {
  const error = new Error('the store is away');
  const { timer, polls, errors } = setUp(() => Promise.reject(error));
  timer.start();
  await vi.advanceTimersByTimeAsync(30_000);
  expect(errors).toEqual([error]);
  expect(polls).toEqual([0, 30_000]);
  timer.stop();
});

it('does not wait for long live calls that a poll has begun', async () => {
  const { timer, polls, errors } = setUp();
  const poll: Background['poll'] = ({ signal } = {}) => {
    polls.push(0);
    return new Promise((_, reject) => {
      signal?.addEventListener('abort', () => {
        reject(new Error('aborted'));
      });
    });
  };
  const slow = new JobTimer(
    () => ({ poll }) as Background,
    (error) => errors.push(error),
  );
  slow.start();
  await vi.advanceTimersByTimeAsync(31_000);
  expect([polls.length, errors]).toEqual([2, []]);
  slow.stop();
  timer.stop();
});
