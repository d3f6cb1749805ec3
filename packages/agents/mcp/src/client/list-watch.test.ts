import { fakeClock } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { ListWatch } from './list-watch.ts';

/** Returns a watch whose updates the test ends. */
function watched() {
  const clock = fakeClock();
  const closing = new AbortController();
  const updates: ((error?: Error) => void)[] = [];
  const watch = new ListWatch(
    clock,
    closing.signal,
    () =>
      new Promise((resolve, reject) => {
        updates.push((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      }),
  );
  return { clock, closing, updates, watch };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('loads the list once for several changes within 300 ms of an update', async () => {
  const { clock, updates, watch } = watched();
  watch.changed();
  updates[0]?.();
  await settled();
  watch.changed();
  watch.changed();
  await clock.advance(299);
  expect(updates).toHaveLength(1);
  await clock.advance(1);
  expect(updates).toHaveLength(2);
});

it('loads the list again if it changes during an update, also after a failed one', async () => {
  const { clock, updates, watch } = watched();
  watch.changed();
  watch.changed();
  expect(updates).toHaveLength(1);
  updates[0]?.(new Error('gone'));
  await settled();
  await clock.advance(300);
  expect(updates).toHaveLength(2);
});

it('waits for an update, and at most 2 s', async () => {
  const { clock, updates, watch } = watched();
  await watch.whenRefreshed();
  watch.changed();
  let waits = 0;
  const wait = async (): Promise<void> => {
    waits++;
    await watch.whenRefreshed();
    waits--;
  };
  const first = wait();
  await clock.advance(1999);
  expect(waits).toBe(1);
  await clock.advance(1);
  await first;
  const second = wait();
  updates[0]?.();
  await second;
  expect(waits).toBe(0);
});

it('stops with its signal', async () => {
  const { clock, closing, updates, watch } = watched();
  watch.changed();
  closing.abort();
  updates[0]?.();
  await settled();
  watch.changed();
  await clock.advance(300);
  expect(updates).toHaveLength(1);
});

it('loads the list once for one change, and again for a later one', async () => {
  const { clock, updates, watch } = watched();
  watch.changed();
  updates[0]?.();
  await settled();
  await clock.advance(1000);
  expect(updates).toHaveLength(1);
  watch.changed();
  expect(updates).toHaveLength(2);
});

it('does not wait for a change after its signal', async () => {
  const { clock, closing, updates, watch } = watched();
  closing.abort();
  watch.changed();
  await watch.whenRefreshed();
  expect([updates.length, clock.pending]).toEqual([0, 0]);
});
