import { memoryRecords } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { LostRuns } from './lost-runs.ts';
import { LEASE_MS, RunRecords } from './run-records.ts';

it('finds the runs of ended processes behind a run and a task that cannot be read', async () => {
  const clock = fakeClock();
  const store = memoryRecords({ clock });
  const records = new RunRecords(store, clock);
  await store.write('a2a/runs', [{ type: 'put', key: 'newer', value: '{"format":2,"data":{}}', dueMs: 0 }]);
  const ended = new RunRecords(store, clock);
  for (const id of ['damaged', 'lost']) await ended.end(await ended.begin(id, { tenant: '', user: 'a' }));
  await clock.advance(LEASE_MS);
  const loaded: string[] = [];
  const errors: string[] = [];
  const search = new LostRuns({
    records,
    tasks: {
      load(taskId) {
        if (taskId === 'damaged') return Promise.reject(new Error('damaged'));
        loaded.push(taskId);
        return Promise.resolve(undefined);
      },
    },
    clock,
    onError: (error) => errors.push((error as Error).message),
  });
  search.search();
  await expect.poll(() => loaded).toEqual(['lost']);
  search.close();
  expect(errors).toEqual([expect.stringContaining('newer version'), 'damaged']);
  expect(await store.counts('a2a/runs')).toMatchObject({ running: 1 });
});

it('continues to search if the clock is behind the timer', async () => {
  const clock = fakeClock();
  let searches = 0;
  const runs = new LostRuns({
    records: {
      lost: () => {
        searches++;
        return Promise.resolve([]);
      },
      find: () => Promise.resolve(undefined),
      removeLost: () => Promise.resolve(true),
    },
    tasks: { load: () => Promise.resolve(undefined) },
    // A timer of the platform may fire a millisecond before its time by `Date.now`.
    clock: { ...clock, timer: (ms, run) => clock.timer(ms - 1, run) },
    onError: undefined,
  });
  runs.search();
  await clock.advance(30_000);
  runs.close();
  expect(searches).toBe(4);
});
