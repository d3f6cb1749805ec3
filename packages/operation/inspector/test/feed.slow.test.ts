import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '@majordomo/core';
import { connectPage, newReader } from './support/read-feed.ts';
import { ORIGIN, createTestInspector, type TestInspector } from './support/world.ts';

const startEvent = (id: string): CallEvent => ({
  type: 'call-start',
  call: { id, spec: 'head/x', operation: 'chat', tenant: undefined, metadata: {} },
  targets: ['head/x'],
});
const endEvent = (id: string): CallEvent => ({
  type: 'call-end',
  call: { id, spec: 'head/x', operation: 'chat', tenant: undefined, metadata: {} },
  outcome: 'finished',
  response: undefined,
  error: undefined,
  attempts: [],
});

describe('a connected page', () => {
  it('receives hello, then health, then calls', async () => {
    const testInspector = createTestInspector(
      {},
      { keep: 7, router: { names: () => ['fast'], plan: () => Promise.reject(new Error()) } },
    );
    testInspector.majordomo.health.bench('head/x', 5000);
    testInspector.inspector.onEvent(startEvent('a'));
    const reader = newReader();
    const feed = await connectPage(testInspector, reader);
    for (let message = 0; message < 3; message++) await feed.read();
    expect(reader.hello).toMatchObject({ keep: 7, hasLedger: false, showsContent: false, presets: ['fast'] });
    expect(reader.health).toMatchObject([{ target: 'head/x', state: 'benched' }]);
    expect([...reader.calls.keys()]).toEqual(['a']);
    expect(feed.response.headers.get('content-type')).toBe('text/event-stream');
  });

  it('receives changes within 100 ms in one message', async () => {
    const { testInspector, reader, feed } = await connectAndReadState();
    for (let n = 0; n < 150; n++) testInspector.inspector.onEvent(startEvent(`c${n}`));
    const messagesBefore = reader.messages;
    await feed.read();
    expect([reader.messages - messagesBefore, reader.calls.size]).toEqual([1, 150]);
  });

  it('receives a bench at once', async () => {
    const { testInspector, reader, feed } = await connectAndReadState();
    testInspector.majordomo.health.bench('tail/y', Infinity);
    await feed.read();
    expect(reader.health).toMatchObject([{ target: 'tail/y', forever: true }]);
    testInspector.majordomo.health.unbench('tail/y');
    await feed.read();
    expect(reader.health.filter(({ state }) => state === 'benched')).toEqual([]);
  });

  it('receives a heartbeat while nothing changes', async () => {
    const { reader, feed } = await connectAndReadState();
    await feed.read(15_000);
    expect(reader.beats).toBe(1);
  });

  it.each(['leave', 'cancel'] as const)('leaves no timer when it disconnects by %s', async (method) => {
    const { testInspector, feed } = await connectAndReadState();
    const pendingRead = feed.read(0).catch(() => undefined);
    await feed[method]();
    await pendingRead;
    expect(testInspector.clock.pending).toBe(0);
  });

  it('ends at once if its request has already been aborted', async () => {
    const { clock, inspector } = createTestInspector();
    const request = new Request(`${ORIGIN}/inspector/events`, { signal: AbortSignal.abort() });
    const response = await inspector.fetch(request, { admin: true });
    expect(await response.body!.getReader().read()).toEqual({ done: true, value: undefined });
    expect(clock.pending).toBe(0);
  });

  it('receives all calls again from another process', async () => {
    const { reader } = await connectAndReadState(['old']);
    const otherProcess = createTestInspector();
    otherProcess.inspector.onEvent(startEvent('new'));
    const feed = await connectPage(otherProcess, reader);
    for (let message = 0; message < 3; message++) await feed.read();
    expect([...reader.calls.keys()]).toEqual(['new']);
  });

  it.each(['nonsense', '.', 'x.-1', 'x.9e99'])('ignores the invalid last event id %j', async (id) => {
    const testInspector = createTestInspector();
    testInspector.inspector.onEvent(startEvent('a'));
    const reader = { ...newReader(), lastId: id };
    const feed = await connectPage(testInspector, reader);
    for (let message = 0; message < 3; message++) await feed.read();
    expect([...reader.calls.keys()]).toEqual(['a']);
  });
});

it('a page misses no call, however often it disconnects', async () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('start' as const) }),
    fc.record({ do: fc.constant('end' as const), of: fc.nat() }),
    fc.record({ do: fc.constant('read' as const) }),
    fc.record({ do: fc.constant('cut' as const) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const testInspector = createTestInspector({}, { keep: 1000 });
      const reader = newReader();
      const running: string[] = [];
      const outcomes = new Map<string, string>();
      let feed = await connectPage(testInspector, reader);
      for (const action of steps) {
        if (action.do === 'read') await feed.read(20_000);
        else if (action.do === 'cut') {
          await feed.cancel();
          feed = await connectPage(testInspector, reader);
        } else if (action.do === 'start') {
          const id = `c${outcomes.size}`;
          testInspector.inspector.onEvent(startEvent(id));
          running.push(id);
          outcomes.set(id, 'running');
        } else {
          const [id] = running.splice(action.of % Math.max(1, running.length), 1);
          if (id === undefined) continue;
          testInspector.inspector.onEvent(endEvent(id));
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
  const beatsBefore = reader.beats;
  while (reader.beats === beatsBefore) await read(20_000);
}

async function connectAndReadState(ids: readonly string[] = []): Promise<{
  readonly testInspector: TestInspector;
  readonly reader: ReturnType<typeof newReader>;
  readonly feed: Awaited<ReturnType<typeof connectPage>>;
}> {
  const testInspector = createTestInspector();
  const reader = newReader();
  for (const id of ids) testInspector.inspector.onEvent(startEvent(id));
  const feed = await connectPage(testInspector, reader);
  for (let message = 0; message < (ids.length > 0 ? 3 : 2); message++) await feed.read();
  return { testInspector, reader, feed };
}
