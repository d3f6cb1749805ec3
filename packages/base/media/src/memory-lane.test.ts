import { expect, test } from 'vitest';
import { memoryLane } from './memory-lane.ts';

const notAborted = new AbortController().signal;

/** Returns a task that ends when the test calls `end`. */
function controlledTask(): { readonly work: () => Promise<void>; hasStarted: boolean; end: () => void } {
  let end = (): void => {};
  const done = new Promise<void>((resolve) => (end = resolve));
  const task = {
    hasStarted: false,
    end,
    work: (): Promise<void> => {
      task.hasStarted = true;
      return done;
    },
  };
  return task;
}

const flushMicrotasks = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

test('runs at most `concurrency` tasks, in the order of their calls', async () => {
  const lane = memoryLane(2, 1000);
  const tasks = [controlledTask(), controlledTask(), controlledTask()] as const;
  const runs = tasks.map(({ work }) => lane.run(10, notAborted, work));
  await flushMicrotasks();
  expect(tasks.map(({ hasStarted }) => hasStarted)).toEqual([true, true, false]);
  tasks[1].end();
  await flushMicrotasks();
  expect(tasks[2].hasStarted).toBe(true);
  tasks[0].end();
  tasks[2].end();
  await Promise.all(runs);
});

test('keeps the sum of bytes below the limit, and runs a larger task alone', async () => {
  const lane = memoryLane(4, 100);
  const tasks = [controlledTask(), controlledTask(), controlledTask()] as const;
  const runs = [
    lane.run(60, notAborted, tasks[0].work),
    lane.run(500, notAborted, tasks[1].work),
    lane.run(1, notAborted, tasks[2].work),
  ];
  await flushMicrotasks();
  expect(tasks.map(({ hasStarted }) => hasStarted)).toEqual([true, false, false]);
  tasks[0].end();
  await flushMicrotasks();
  expect(tasks.map(({ hasStarted }) => hasStarted)).toEqual([true, true, false]);
  tasks[1].end();
  await flushMicrotasks();
  tasks[2].end();
  await Promise.all(runs);
});

test('removes an aborted task from the queue, and releases the place of a failed one', async () => {
  const lane = memoryLane(1, 100);
  const first = controlledTask();
  const running = lane.run(1, notAborted, first.work);
  const controller = new AbortController();
  const waiting = lane.run(1, controller.signal, controlledTask().work);
  const failing = lane.run(1, notAborted, () => Promise.reject(new Error('broken')));
  const last = lane.run(1, notAborted, () => Promise.resolve('done'));
  controller.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  first.end();
  await running;
  await expect(failing).rejects.toThrow('broken');
  await expect(last).resolves.toBe('done');
});
