import type { RunState } from '@majordomo/agent';
import { user } from '@majordomo/core';
import { fakeClock } from '@majordomo/testing';
import { describe, expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
let files = 0;

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

function setUpProcesses() {
  const path = at(`runs-${files++}.db`);
  const clock = fakeClock(1_000_000);
  return { clock, first: sqliteStores(path, { clock }).runs, second: sqliteStores(path, { clock }).runs };
}

describe('runs', () => {
  it('stay locked while their process lives', async () => {
    const { first, second, clock } = setUpProcesses();
    await first.save('a', state());
    await first.load('a');
    await clock.advance(600_000);
    await expect(second.load('a')).rejects.toMatchObject({ kind: 'denied', details: { code: 'locked' } });
    expect((await second.list())[0]?.held).toBe(true);
  });

  it('of a dead process are unlocked after its lease, and its later saves are rejected', async () => {
    const clock = fakeClock(1_000_000);
    const path = at(`dead-${files++}.db`);
    const dead = sqliteStores(path, { clock: { ...clock, timer: () => () => undefined } }).runs;
    const alive = sqliteStores(path, { clock }).runs;
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
    const clock = fakeClock(1_000_000);
    const path = at(`suspended-${files++}.db`);
    const suspended = sqliteStores(path, { clock: { ...clock, timer: () => () => undefined } }).runs;
    const other = sqliteStores(path, { clock: { ...clock, timer: () => () => undefined } }).runs;
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
    const clock = fakeClock(1_000_000);
    const paused = sqliteStores(at(`paused-${files++}.db`), {
      clock: { ...clock, timer: () => () => undefined },
    }).runs;
    await paused.save('a', state());
    await paused.load('a', { leaseMs: 5000 });
    await clock.advance(5000);
    await expect(paused.load('a')).rejects.toThrow('this store object has locked it already');
    await paused.save('a', state({ steps: 2 }));
    expect((await paused.load('a'))?.steps).toBe(2);
  });
});
