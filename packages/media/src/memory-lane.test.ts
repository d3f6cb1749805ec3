import { expect, test } from 'vitest';
import { memoryLane } from './memory-lane.ts';

const never = new AbortController().signal;

/** Task that ends when the test resolves it. */
function job(): { readonly work: () => Promise<void>; begun: boolean; end: () => void } {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  const self = {
    begun: false,
    end,
    work: (): Promise<void> => {
      self.begun = true;
      return done;
    },
  };
  return self;
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('runs at most `concurrency` tasks, in the order of their arrival', async () => {
  const lane = memoryLane(2, 1000);
  const jobs = [job(), job(), job()] as const;
  const runs = jobs.map(({ work }) => lane.run(10, never, work));
  await settled();
  expect(jobs.map(({ begun }) => begun)).toEqual([true, true, false]);
  jobs[1].end();
  await settled();
  expect(jobs[2].begun).toBe(true);
  jobs[0].end();
  jobs[2].end();
  await Promise.all(runs);
});

test('keeps the sum of bytes below the limit, and runs a larger task alone', async () => {
  const lane = memoryLane(4, 100);
  const jobs = [job(), job(), job()] as const;
  const runs = [
    lane.run(60, never, jobs[0].work),
    lane.run(500, never, jobs[1].work),
    lane.run(1, never, jobs[2].work),
  ];
  await settled();
  expect(jobs.map(({ begun }) => begun)).toEqual([true, false, false]);
  jobs[0].end();
  await settled();
  expect(jobs.map(({ begun }) => begun)).toEqual([true, true, false]);
  jobs[1].end();
  await settled();
  jobs[2].end();
  await Promise.all(runs);
});

test('removes an aborted task from the queue, and releases the place of a failed one', async () => {
  const lane = memoryLane(1, 100);
  const first = job();
  const running = lane.run(1, never, first.work);
  const controller = new AbortController();
  const waiting = lane.run(1, controller.signal, job().work);
  const failing = lane.run(1, never, () => Promise.reject(new Error('broken')));
  const last = lane.run(1, never, () => Promise.resolve('done'));
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  first.end();
  await running;
  await expect(failing).rejects.toThrow('broken');
  await expect(last).resolves.toBe('done');
});
