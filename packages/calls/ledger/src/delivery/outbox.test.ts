import { LlmError, type Clock } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { Outbox } from './outbox.ts';

/** Clock that never advances. */
const still: Clock = {
  now: () => 0,
  sleep: () => new Promise(() => undefined),
  timer: () => () => undefined,
};
const down = (): Promise<void> => Promise.reject(new Error('down'));

/** Creates an outbox with a fake clock, and a job that records the times of its runs, in seconds. */
function setUp() {
  const clock = fakeClock();
  const errors: unknown[] = [];
  const outbox = new Outbox(clock, (error) => errors.push(error));
  const tries: number[] = [];
  const abandonedJobs: number[] = [];
  const jobThat = (run: () => Promise<void> | void) => ({
    run: () => {
      tries.push(clock.now() / 1000);
      return run();
    },
    onLost: () => abandonedJobs.push(clock.now() / 1000),
  });
  /** Advances the clock while another job completes at each step. */
  const advanceWhileOthersComplete = async (
    seconds: number,
    stepSeconds: number,
    run: () => Promise<void> | void = () => Promise.resolve(),
  ): Promise<void> => {
    for (let second = 0; second < seconds; second += stepSeconds) {
      await outbox.send({ run });
      await clock.advance(stepSeconds * 1000);
    }
  };
  return { clock, errors, outbox, tries, abandonedJobs, jobThat, advanceWhileOthersComplete };
}

describe('a job that fails', () => {
  it('is retried after 1, 2, 4, 8, 16 and then every 30 seconds', async () => {
    const { clock, errors, outbox, tries, jobThat } = setUp();
    await outbox.send(jobThat(down));
    await clock.advance(100_000);
    expect(tries).toEqual([0, 1, 3, 7, 15, 31, 61, 91]);
    expect(errors).toHaveLength(8);
  });

  it('is retried if it has no result within 30 seconds', async () => {
    const { clock, outbox, tries, jobThat } = setUp();
    void outbox.send(jobThat(() => new Promise(() => undefined)));
    await clock.advance(31_000);
    expect(tries).toEqual([0, 31]);
  });

  it('is retried as long as the store completes no other job', async () => {
    const { clock, outbox, abandonedJobs, jobThat } = setUp();
    await outbox.send({ run: () => Promise.resolve() });
    await outbox.send(jobThat(down));
    await clock.advance(24 * 3_600_000);
    expect(abandonedJobs).toEqual([]);
  });

  it('is abandoned after ten minutes if the store completes others', async () => {
    const { clock, outbox, errors, abandonedJobs, jobThat, advanceWhileOthersComplete } = setUp();
    let isFirst = true;
    const failsLateAtFirst = async (): Promise<void> => {
      if (isFirst) await clock.sleep(29_000, new AbortController().signal);
      isFirst = false;
      throw new Error('refused');
    };
    void outbox.send(jobThat(failsLateAtFirst));
    await advanceWhileOthersComplete(590, 10);
    await advanceWhileOthersComplete(9, 1);
    expect(abandonedJobs).toEqual([]);
    // The store counts as down until it has completed another job.
    expect(errors).toHaveLength(2);
    await advanceWhileOthersComplete(2, 1);
    expect(abandonedJobs).toEqual([600]);
    await clock.advance(3_600_000);
    expect(abandonedJobs).toEqual([600]);
    await expect(outbox.flush()).rejects.toThrow('refused');
  });

  it('is abandoned after 20 more retries if these take longer than ten minutes', async () => {
    const { clock, outbox, tries, abandonedJobs, jobThat, advanceWhileOthersComplete } = setUp();
    const failsLate = (): Promise<void> => clock.sleep(29_000, new AbortController().signal).then(down);
    void outbox.send(jobThat(failsLate));
    await advanceWhileOthersComplete(1500, 25);
    expect([tries.length, abandonedJobs.length]).toEqual([21, 1]);
  });

  it('is abandoned at once if it can never be stored, and the next flush rejects', async () => {
    const { clock, errors, outbox, abandonedJobs, jobThat } = setUp();
    const never = new LlmError('invalid-request', 'too long');
    await outbox.send(jobThat(() => Promise.reject(never)));
    expect([abandonedJobs, errors, clock.pending]).toEqual([[0], [], 0]);
    await expect(outbox.flush()).rejects.toBe(never);
    await outbox.flush();
  });
});

it('returns undefined for a job that completes synchronously', () => {
  const { outbox } = setUp();
  expect(outbox.send({ run: () => undefined })).toBeUndefined();
});

it('counts a job that completes synchronously as completed', async () => {
  const { outbox, abandonedJobs, jobThat, advanceWhileOthersComplete } = setUp();
  await outbox.send(jobThat(down));
  await advanceWhileOthersComplete(610, 10, () => undefined);
  expect(abandonedJobs).toEqual([601]);
});

describe('jobs that a store does not end', () => {
  const hang = (): Promise<void> => new Promise(() => undefined);

  it('run at most 100 at a time, and further jobs follow in their order', async () => {
    const { outbox } = setUp();
    const ends: (() => void)[] = [];
    const order: number[] = [];
    for (let number = 0; number < 103; number++) {
      const run = (): Promise<void> => {
        order.push(number);
        return new Promise((resolve) => ends.push(resolve));
      };
      void outbox.send({ run });
    }
    expect(order).toHaveLength(100);
    ends[5]?.();
    await new Promise(setImmediate);
    expect(order.slice(100)).toEqual([100]);
    for (const end of ends) end();
    await new Promise(setImmediate);
    expect(order.slice(100)).toEqual([100, 101, 102]);
  });

  it('are not followed by more than 100 statements, although each of them is retried', async () => {
    const { clock, outbox, tries, jobThat } = setUp();
    for (let number = 0; number < 60; number++) void outbox.send(jobThat(hang));
    await clock.advance(600_000);
    expect(tries).toHaveLength(100);
  });

  it('do not keep a flush from ending, and all jobs run when one of them ends', async () => {
    const { clock, outbox } = setUp();
    let end: () => void = () => undefined;
    let runs = 0;
    let stored = 0;
    const run = (): Promise<void> => {
      if (runs++ < 100) return new Promise((resolve) => (end = resolve));
      stored++;
      return Promise.resolve();
    };
    for (let number = 0; number < 101; number++) void outbox.send({ run });
    const flushed = outbox.flush().catch((error: unknown) => error);
    await clock.advance(90_000);
    expect(await flushed).toMatchObject({ message: 'no answer within 30000 ms' });
    expect([runs, stored]).toEqual([100, 0]);
    end();
    await clock.advance(60_000);
    // The store has ended one job, and each of the others has run once more.
    expect(stored).toBe(101);
    await outbox.flush();
  });
});

describe('a flush', () => {
  it('waits for running jobs, and for jobs that are sent meanwhile', async () => {
    const { clock, outbox } = setUp();
    const completed: string[] = [];
    const sleep = (ms: number) => clock.sleep(ms, new AbortController().signal);
    void outbox.send({
      run: async () => {
        await sleep(10);
        completed.push('first');
        void outbox.send({ run: () => sleep(10).then(() => void completed.push('second')) });
      },
    });
    const flushed = outbox.flush().then(() => completed.push('flush'));
    await clock.advance(20);
    await flushed;
    expect(completed).toEqual(['first', 'second', 'flush']);
  });

  it('retries each failed job once, in place of its next retry, and rejects with the first error', async () => {
    const { clock, outbox, tries, jobThat } = setUp();
    await outbox.send(jobThat(down));
    await outbox.send({ run: () => Promise.reject(new Error('another')) });
    await expect(outbox.flush()).rejects.toThrow('down');
    expect(tries).toEqual([0, 0]);
    await clock.advance(1999);
    expect(tries).toEqual([0, 0]);
    await clock.advance(1);
    expect(tries).toEqual([0, 0, 2]);
  });

  it('waits for jobs that are sent by a retry', async () => {
    const { clock, outbox } = setUp();
    let isDown = true;
    let isStored = false;
    const sendNext = (): void => {
      void outbox.send({
        run: () => clock.sleep(10, new AbortController().signal).then(() => void (isStored = true)),
      });
    };
    await outbox.send({ run: () => (isDown ? down() : Promise.resolve().then(sendNext)) });
    isDown = false;
    const wasStored = outbox.flush().then(() => isStored);
    await clock.advance(10);
    expect(await wasStored).toBe(true);
  });

  it('does not repeat a job that a retry has completed', async () => {
    const { clock, outbox, tries, jobThat } = setUp();
    await outbox.send(jobThat(() => (tries.length === 1 ? down() : undefined)));
    await clock.advance(1000);
    await outbox.flush();
    await outbox.flush();
    expect([tries, clock.pending]).toEqual([[0, 1], 0]);
  });
});

it('abandons the oldest jobs beyond 10,000, cancels their retries and reports them', async () => {
  let cancelled = 0;
  const clock = { ...still, timer: () => () => cancelled++ };
  const outbox = new Outbox(clock, () => undefined);
  const abandonedJobs: unknown[] = [];
  for (let number = 0; number < 10_003; number++) {
    await outbox.send({
      run: () => Promise.reject(new Error(`down at ${number}`)),
      onLost: (error) => abandonedJobs.push([number, (error as Error).message]),
    });
  }
  expect(abandonedJobs).toEqual([
    [0, 'down at 0'],
    [1, 'down at 1'],
    [2, 'down at 2'],
  ]);
  // Each job has cancelled its timeout.
  expect(cancelled).toBe(10_003 + 3);
});

it('reports jobs that fail during close with their last error, and does not retry them', async () => {
  const { clock, outbox } = setUp();
  const abandonedJobs: unknown[] = [];
  await outbox.send({ run: down, onLost: (error) => abandonedJobs.push(error) });
  await expect(outbox.close()).rejects.toThrow('down');
  expect(abandonedJobs).toMatchObject([{ message: 'down' }]);
  expect(clock.pending).toBe(0);
});
