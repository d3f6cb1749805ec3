import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '@majordomo/core';
import { connected, newReader } from './support/read-feed.ts';
import { world, type World } from './support/world.ts';

const start = (id: string): CallEvent => ({
  type: 'call-start',
  call: { id, spec: 'head/x', operation: 'chat', tenant: undefined, metadata: {} },
  targets: ['head/x'],
});
const end = (id: string): CallEvent => ({
  type: 'call-end',
  call: { id, spec: 'head/x', operation: 'chat', tenant: undefined, metadata: {} },
  outcome: 'finished',
  response: undefined,
  error: undefined,
  attempts: [],
});

describe('a connected page', () => {
  it('receives hello, then health, then calls', async () => {
    const w = world(
      {},
      { keep: 7, router: { names: () => ['fast'], plan: () => Promise.reject(new Error()) } },
    );
    w.majordomo.health.bench('head/x', 5000);
    w.inspector.onEvent(start('a'));
    const reader = newReader();
    const feed = await connected(w, reader);
    for (let at = 0; at < 3; at++) await feed.read();
    expect(reader.hello).toMatchObject({ keep: 7, hasLedger: false, showsContent: false, presets: ['fast'] });
    expect(reader.health).toMatchObject([{ target: 'head/x', state: 'benched' }]);
    expect([...reader.calls.keys()]).toEqual(['a']);
    expect(feed.response.headers.get('content-type')).toBe('text/event-stream');
  });

  it('receives changes within 100 ms in one message', async () => {
    const { w, reader, feed } = await caughtUp();
    for (let n = 0; n < 150; n++) w.inspector.onEvent(start(`c${n}`));
    const before = reader.messages;
    await feed.read();
    expect([reader.messages - before, reader.calls.size]).toEqual([1, 150]);
  });

  it('receives a bench at once', async () => {
    const { w, reader, feed } = await caughtUp();
    w.majordomo.health.bench('tail/y', Infinity);
    await feed.read();
    expect(reader.health).toMatchObject([{ target: 'tail/y', forever: true }]);
    w.majordomo.health.unbench('tail/y');
    await feed.read();
    expect(reader.health.filter(({ state }) => state === 'benched')).toEqual([]);
  });

  it('receives a heartbeat while nothing changes', async () => {
    const { reader, feed } = await caughtUp();
    await feed.read(15_000);
    expect(reader.beats).toBe(1);
  });

  it.each(['leave', 'cancel'] as const)('leaves no timer when it disconnects by %s', async (how) => {
    const { w, feed } = await caughtUp();
    const waiting = feed.read(0).catch(() => undefined);
    await feed[how]();
    await waiting;
    expect(w.clock.pending).toBe(0);
  });

  it('receives all calls again from another process', async () => {
    const { reader } = await caughtUp(['old']);
    const other = world();
    other.inspector.onEvent(start('new'));
    const feed = await connected(other, reader);
    for (let at = 0; at < 3; at++) await feed.read();
    expect([...reader.calls.keys()]).toEqual(['new']);
  });

  it.each(['nonsense', '.', 'x.-1', 'x.9e99'])('ignores the invalid last event id %j', async (id) => {
    const w = world();
    w.inspector.onEvent(start('a'));
    const reader = { ...newReader(), lastId: id };
    const feed = await connected(w, reader);
    for (let at = 0; at < 3; at++) await feed.read();
    expect([...reader.calls.keys()]).toEqual(['a']);
  });
});

it('a page misses no call up to `keep` with any number of disconnections', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('start' as const) }),
    fc.record({ do: fc.constant('end' as const), of: fc.nat() }),
    fc.record({ do: fc.constant('read' as const) }),
    fc.record({ do: fc.constant('cut' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const w = world({}, { keep: 1000 });
      const reader = newReader();
      const running: string[] = [];
      const outcomes = new Map<string, string>();
      let feed = await connected(w, reader);
      for (const each of steps) {
        if (each.do === 'read') await feed.read(20_000);
        else if (each.do === 'cut') {
          await feed.cancel();
          feed = await connected(w, reader);
        } else if (each.do === 'start') {
          const id = `c${outcomes.size}`;
          w.inspector.onEvent(start(id));
          running.push(id);
          outcomes.set(id, 'running');
        } else {
          const [id] = running.splice(each.of % Math.max(1, running.length), 1);
          if (id === undefined) continue;
          w.inspector.onEvent(end(id));
          outcomes.set(id, 'finished');
        }
      }
      await readAll(feed.read, reader);
      await feed.cancel();
      expect(new Map([...reader.calls].map(([id, { outcome }]) => [id, outcome]))).toEqual(outcomes);
    }),
    { numRuns: 60, seed: 28 },
  );
});

/** Reads until a heartbeat, which is sent if no change is left. */
async function readAll(read: (ms: number) => Promise<void>, reader: { beats: number }): Promise<void> {
  const before = reader.beats;
  while (reader.beats === before) await read(20_000);
}

async function caughtUp(ids: readonly string[] = []): Promise<{
  readonly w: World;
  readonly reader: ReturnType<typeof newReader>;
  readonly feed: Awaited<ReturnType<typeof connected>>;
}> {
  const w = world();
  const reader = newReader();
  for (const id of ids) w.inspector.onEvent(start(id));
  const feed = await connected(w, reader);
  for (let at = 0; at < (ids.length > 0 ? 3 : 2); at++) await feed.read();
  return { w, reader, feed };
}
