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

function two() {
  const path = at(`runs-${files++}.db`);
  const clock = fakeClock(1_000_000);
  return { clock, mine: sqliteStores(path, { clock }).runs, theirs: sqliteStores(path, { clock }).runs };
}

describe('runs', () => {
  it('come out as they went in, bytes included', async () => {
    const { mine } = two();
    await mine.save('a', state());
    expect((await mine.load('a'))?.messages).toEqual(state().messages);
    expect(await mine.load('b')).toBeUndefined();
  });

  it('are taken by one process at a time, until they are saved or released', async () => {
    const { mine, theirs } = two();
    await mine.save('a', state());
    expect(await mine.load('a')).toBeDefined();
    expect(await theirs.load('a')).toBeUndefined();
    expect(await mine.load('a')).toBeUndefined();
    await theirs.release('a');
    expect(await theirs.load('a')).toBeUndefined();
    await mine.release('a');
    expect(await theirs.load('a')).toBeDefined();
    await theirs.save('a', state({ steps: 2 }));
    expect((await mine.load('a'))?.steps).toBe(2);
  });

  it('stay with who is alive, however long a step takes', async () => {
    const { mine, theirs, clock } = two();
    await mine.save('a', state());
    await mine.load('a');
    await clock.advance(600_000);
    expect(await theirs.load('a')).toBeUndefined();
    expect((await theirs.list())[0]?.held).toBe(true);
  });

  it('of a process that died are free after its lease, and what it says later is refused', async () => {
    const clock = fakeClock(1_000_000);
    const path = at(`dead-${files++}.db`);
    const dead = sqliteStores(path, { clock: { ...clock, timer: () => () => undefined } }).runs;
    const alive = sqliteStores(path, { clock }).runs;
    await dead.save('a', state());
    await dead.load('a', { leaseMs: 5000 });
    await clock.advance(4999);
    expect(await alive.load('a')).toBeUndefined();
    await clock.advance(1);
    expect(await alive.load('a')).toBeDefined();
    await expect(dead.save('a', state({ steps: 9 }))).rejects.toMatchObject({
      kind: 'denied',
      message: expect.stringContaining('another process holds it'),
    });
    await alive.save('a', state({ steps: 2 }));
    await expect(dead.save('a', state({ steps: 9 }))).rejects.toThrow(
      'another process has saved it meanwhile',
    );
  });

  it('are listed newest first, by whether they wait and whether they are done', async () => {
    const { mine, clock } = two();
    const call = { type: 'tool-call', id: 'c', name: 'pay', args: {} } as const;
    await mine.save('waits', state({ pending: [call], approvals: { c: true } }));
    await clock.advance(10);
    await mine.save('goes on', state());
    await clock.advance(10);
    await mine.save('done', state({ done: 'answered' }));
    const ids = async (query?: Parameters<typeof mine.list>[0]) =>
      (await mine.list(query)).map(({ id }) => id);
    expect(await ids()).toEqual(['goes on', 'waits']);
    expect(await ids({ awaiting: true })).toEqual(['waits']);
    expect(await ids({ awaiting: false })).toEqual(['goes on']);
    expect(await ids({ limit: 1 })).toEqual(['goes on']);
    expect(await mine.list({ done: true })).toEqual([
      { id: 'done', at: new Date(1_000_020), awaiting: false, done: 'answered', held: false },
    ]);
    await mine.remove('waits');
    expect(await ids()).toEqual(['goes on']);
  });
});
