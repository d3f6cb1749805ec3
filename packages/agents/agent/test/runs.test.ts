import { user } from '@majordomo/core';
import { memoryRecords, type RecordStore } from '@majordomo/records';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { createRuns, type Runs, type RunState } from '../src/index.ts';

const state = (of: Partial<RunState> = {}): RunState => ({
  version: 1,
  messages: [user('hi', { type: 'image', mediaType: 'image/png', bytes: new Uint8Array([1, 2, 3]) })],
  steps: 1,
  pending: [],
  results: [],
  decisions: [],
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  done: undefined,
  ...of,
});

/** Creates the runs of processes that share a store. A process without timers does not renew its locks. */
function setUpProcesses() {
  const clock = fakeClock(1_000_000);
  const records = memoryRecords({ clock });
  return {
    clock,
    records,
    process: (store: RecordStore = records): Runs => createRuns({ records: store, clock }),
    suspended: (): Runs => createRuns({ records, clock: { ...clock, timer: () => () => undefined } }),
  };
}

describe('runs', () => {
  it('stay locked while their process lives', async () => {
    const { process, clock } = setUpProcesses();
    const [first, second] = [process(), process()];
    await first.save('a', state());
    await first.load('a');
    await clock.advance(600_000);
    await expect(second.load('a')).rejects.toMatchObject({ kind: 'denied', details: { code: 'locked' } });
    expect((await second.list())[0]?.held).toBe(true);
  });

  it('of a dead process are unlocked after its lease, and its later saves are rejected', async () => {
    const { process, suspended, clock } = setUpProcesses();
    const [dead, alive] = [suspended(), process()];
    await dead.save('a', state());
    await dead.load('a', { leaseMs: 5000 });
    await clock.advance(4999);
    await expect(alive.load('a')).rejects.toMatchObject({
      kind: 'denied',
      message:
        'the run "a" was not loaded: another process has locked it; if that process has ended, the lock ends at 1970-01-01T00:16:45.000Z, so load the run again then',
      details: { code: 'locked', retryAfterMs: 1 },
    });
    await clock.advance(1);
    expect(await alive.load('a')).toBeDefined();
    await expect(dead.save('a', state({ steps: 9 }))).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('another process holds it'),
    });
    await alive.save('a', state({ steps: 2 }));
    await expect(dead.save('a', state({ steps: 9 }))).rejects.toThrow(
      'another process has locked or saved it meanwhile',
    );
  });

  it('of a suspended process are neither saved nor removed by it after another process has locked them', async () => {
    const { suspended: start, clock } = setUpProcesses();
    const [suspended, other] = [start(), start()];
    await suspended.save('a', state());
    await suspended.load('a', { leaseMs: 5000 });
    await clock.advance(5000);
    expect(await other.load('a', { leaseMs: 5000 })).toBeDefined();
    // The other process has been killed, and its lease has ended.
    await clock.advance(5000);
    await expect(suspended.save('a', state({ steps: 9 }))).rejects.toMatchObject({ kind: 'denied' });
    await expect(suspended.remove('a')).rejects.toMatchObject({ kind: 'denied' });
    expect((await suspended.load('a'))?.steps).toBe(1);
    await suspended.save('a', state({ steps: 2 }));
    expect((await suspended.list()).map(({ id }) => id)).toEqual(['a']);
  });

  it('stay locked for one task of a process whose lease ended during a pause', async () => {
    const { suspended, clock } = setUpProcesses();
    const paused = suspended();
    await paused.save('a', state());
    await paused.load('a', { leaseMs: 5000 });
    await clock.advance(5000);
    await expect(paused.load('a')).rejects.toThrow('this object has locked it already');
    await paused.save('a', state({ steps: 2 }));
    expect((await paused.load('a'))?.steps).toBe(2);
  });

  it('are saved once if the reply to a save is lost, and the same save is repeated', async () => {
    const { records, process } = setUpProcesses();
    let isLost = false;
    const failing: RecordStore = {
      ...records,
      async write(space, changes) {
        const versions = await records.write(space, changes);
        if (isLost) throw new Error('the reply was lost');
        return versions;
      },
    };
    const [mine, theirs] = [process(failing), process()];
    await mine.save('a', state());
    await mine.load('a');
    isLost = true;
    await expect(mine.save('a', state({ steps: 2 }))).rejects.toThrow('the reply was lost');
    isLost = false;
    await mine.save('a', state({ steps: 2 }));
    expect((await theirs.load('a'))?.steps).toBe(2);
    await expect(mine.save('a', state({ steps: 3 }))).rejects.toThrow('another process holds it');
  });

  it('are listed in pages of the store', async () => {
    const { records, process } = setUpProcesses();
    const runs = process();
    for (let number = 0; number < 1001; number++) await runs.save(`${number}`, state());
    await runs.save('done', state({ done: 'refused' }));
    expect(await runs.list()).toHaveLength(1001);
    expect(await runs.list({ limit: 3 })).toHaveLength(3);
    expect(await runs.list({ done: true })).toMatchObject([{ id: 'done', done: 'refused' }]);
    expect(await records.counts('runs')).toEqual({ open: 1001, refused: 1 });
  });

  it('that are finished are listed newest first, with different reasons', async () => {
    const { clock, process } = setUpProcesses();
    const runs = process();
    for (const [id, done] of Object.entries({
      a: 'budget',
      b: 'refused',
      c: 'budget',
      d: 'refused',
    } as const)) {
      await runs.save(id, state({ done }));
      await clock.advance(1);
    }
    expect((await runs.list({ done: true, limit: 3 })).map(({ id }) => id)).toEqual(['d', 'c', 'b']);
  });

  it('with another store than records are refused', () => {
    expect(() => createRuns({ records: {} as RecordStore })).toThrow(/records must be an object with write/);
  });
});
