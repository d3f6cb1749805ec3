import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { lanes, type CallEvent, type Gate, type StreamEvent } from '../src/index.ts';
import { failure } from './support/failure.ts';
import { settled } from './support/manual-clock.ts';
import { hi, world, type World } from './support/world.ts';

type Reader = AsyncIterator<StreamEvent, undefined>;

function readerOf(majordomo: World['majordomo'], spec = 'a/x', options = {}): Required<Reader> {
  const stream = majordomo.model(spec).stream(hi, options);
  return stream[Symbol.asyncIterator]() as Required<Reader>;
}

const textOf = (events: readonly (StreamEvent | undefined)[]): string =>
  events.map((event) => (event?.type === 'text-delta' ? event.text : '')).join('');

/** Returns a gate that counts the open permits. */
function counter(): { readonly gate: Gate; open: number } {
  const counts = {
    open: 0,
    gate: {
      name: 'counter',
      admit: () => {
        counts.open++;
        return {
          settle: () => {
            counts.open--;
          },
        };
      },
    },
  };
  return counts;
}

describe('a stream', () => {
  it('resolves every read after its end, after a failure, and after its reader has left', async () => {
    const { majordomo } = world({ 'a/x': ['a'], 'b/y': [{ fail: 'auth' }] });
    const finishedReader = readerOf(majordomo);
    while ((await finishedReader.next()).done !== true);
    const failed = readerOf(majordomo, 'b/y');
    await failure(failed.next());
    const returnedReader = readerOf(majordomo);
    await returnedReader.return();
    for (const reader of [finishedReader, failed, returnedReader]) {
      const reads = await Promise.all([reader.next(), reader.next(), reader.return(), reader.next()]);
      expect(reads.map(({ done }) => done)).toEqual([true, true, true, true]);
    }
  });

  it('can be read in turns: each event goes to one reader', async () => {
    const { majordomo } = world({ 'a/x': ['one two three four'] });
    const reader = readerOf(majordomo);
    const read = async (): Promise<(StreamEvent | undefined)[]> => {
      const events: (StreamEvent | undefined)[] = [];
      for (let next = await reader.next(); next.done !== true; next = await reader.next())
        events.push(next.value);
      return events;
    };
    const events = (await Promise.all([read(), read(), read()])).flat();
    expect(events.filter((event) => event?.type === 'finish')).toHaveLength(1);
    expect(textOf(events).length).toBe('one two three four'.length);
  });

  it('settles pending reads when its reader leaves, and closes the provider', async () => {
    let closed = 0;
    const { majordomo, events } = world({ 'a/x': [{ stall: true, onClose: () => closed++ }] });
    const reader = readerOf(majordomo);
    const reads = [reader.next(), reader.next()];
    await settled();
    await reader.return();
    expect((await Promise.all(reads)).map(({ done }) => done)).toEqual([true, true]);
    await settled();
    expect([closed, events.at(-1)]).toMatchObject([1, { type: 'call-end', outcome: 'abandoned' }]);
  });

  it('treats an error thrown into it as leaving', async () => {
    const { majordomo, events } = world({ 'a/x': [{ text: 'a', stall: true }] });
    const reader = readerOf(majordomo);
    await reader.next();
    const applicationError = new Error('mine');
    await expect(reader.throw(applicationError)).rejects.toBe(applicationError);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'abandoned' });
  });

  it.each<[string, (stop: AbortController, world: World) => unknown, string]>([
    [
      'an abort',
      (stop) => {
        stop.abort();
      },
      'aborted',
    ],
    ['the deadline', (_stop, { clock }) => clock.advance(1000), 'timeout'],
  ])('reports %s to response() without a pending read', async (_name, end, kind) => {
    const stop = new AbortController();
    const all = world({ 'a/x': [{ text: 'one ', stall: true }] });
    const stream = all.majordomo
      .model('a/x')
      .stream(hi, { signal: stop.signal, timeouts: { totalMs: 1000 } });
    await stream[Symbol.asyncIterator]().next();
    const answer = failure(stream.response());
    await end(stop, all);
    expect((await answer).kind).toBe(kind);
  });
});

it('a reader that leaves a stream leaves no listener on its signal', async () => {
  const { majordomo } = world({ 'a/x': [{ text: 'a', stall: true }] });
  const { signal } = new AbortController();
  for await (const _event of majordomo.model('a/x').stream(hi, { signal })) break;
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

describe('a call that is stopped while events are returned', () => {
  it('is recorded completely, although its reader leaves', async () => {
    const permits = counter();
    const stop = new AbortController();
    const onEvent = ({ type }: CallEvent): void => {
      if (type === 'committed') stop.abort();
    };
    const { majordomo, events } = world({ 'a/x': [{ text: 'a', stall: true }] }, { gates: [permits.gate] });
    for await (const _event of majordomo.model('a/x').stream(hi, { signal: stop.signal, onEvent })) break;
    await settled();
    expect(permits.open).toBe(0);
    expect(events.filter(({ type }) => type.endsWith('-end'))).toMatchObject([
      { type: 'attempt-end' },
      { type: 'call-end', outcome: 'failed', error: { kind: 'aborted' } },
    ]);
  });

  it('is recorded completely at a reset too', async () => {
    const stop = new AbortController();
    const gate: Gate = {
      name: 'slow',
      admit: () => ({
        settle: () => {
          stop.abort();
          return settled();
        },
      }),
    };
    const { majordomo, events } = world({ 'a/x': [{ text: 'a ', fail: 'server' }, 'b'] }, { gates: [gate] });
    const options = { signal: stop.signal, afterCommit: 'restart' } as const;
    const read = async (): Promise<void> => {
      for await (const event of majordomo.model('a/x').stream(hi, options)) if (event.type === 'reset') break;
    };
    await read().catch(() => undefined);
    await settled();
    expect(events.at(-1)).toMatchObject({ type: 'call-end' });
  });

  it('is aborted while a permit is settled, however long that takes', async () => {
    const stop = new AbortController();
    const gate: Gate = { name: 'stuck', admit: () => ({ settle: () => new Promise(() => undefined) }) };
    const { majordomo } = world({ 'a/x': [{ fail: 'server' }] }, { gates: [gate] });
    const answer = failure(majordomo.model('a/x').generate(hi, { signal: stop.signal }));
    await settled();
    stop.abort();
    expect((await answer).kind).toBe('aborted');
  });
});

describe('an unread stream', () => {
  const stallingScript = { 'a/x': [{ text: 'one two', stall: true }] };

  it('is abandoned after unreadMs: it leaves its lane, and response() rejects with the reason', async () => {
    const { majordomo, clock } = world(stallingScript, { gates: [lanes({ 'a/': 1 })] });
    const stream = majordomo.model('a/x').stream(hi);
    await stream[Symbol.asyncIterator]().next();
    const next = readerOf(majordomo);
    const waiting = next.next();
    await clock.advance(299_999);
    const answer = failure(stream.response());
    await clock.advance(1);
    expect((await answer).message).toMatch(/^the stream was not read for 300000 ms; read it/);
    expect((await waiting).value).toMatchObject({ type: 'start' });
    await next.return();
    await settled();
    expect(clock.pending()).toBe(0);
  });

  it('may be read slowly, event by event', async () => {
    const { majordomo, clock, events } = world({ 'a/x': ['one two three'] });
    const reader = readerOf(majordomo, 'a/x', { timeouts: { unreadMs: 1000 } });
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      await clock.advance(900);
    expect(events.at(-1)).toMatchObject({ type: 'call-end', outcome: 'finished' });
    expect(clock.pending()).toBe(0);
  });

  it('does not keep the process alive, also after it was read', async () => {
    const { majordomo, clock } = world({ 'a/x': ['one two three'] });
    const timer = vi.spyOn(clock, 'timer');
    const reader = readerOf(majordomo, 'a/x', { timeouts: { unreadMs: 1000 } });
    for (let next = await reader.next(); next.done !== true; next = await reader.next())
      await clock.advance(900);
    const unreadTimers = timer.mock.calls.filter(([ms]) => ms <= 1000);
    expect(unreadTimers.length).toBeGreaterThan(1);
    expect(unreadTimers.map(([, , options]) => options?.isBackground)).toEqual(unreadTimers.map(() => true));
  });

  it('does not include one whose reader waits for the rest of the text', async () => {
    const { majordomo, clock, events } = world(stallingScript);
    const reader = readerOf(majordomo, 'a/x', { timeouts: { unreadMs: 1000 } });
    const texts: string[] = [];
    const reading = (async () => {
      for (let next = await reader.next(); next.done !== true; next = await reader.next())
        if (next.value.type === 'text-delta') texts.push(next.value.text);
    })();
    await clock.advance(5000);
    expect(texts.join('')).toBe('one two');
    expect(events).not.toContainEqual(expect.objectContaining({ type: 'call-end' }));
    await reader.return();
    await reading;
  });

  it('does not include one whose model is slow, and 0 disables the limit', async () => {
    const { majordomo, clock } = world({
      'a/x': [{ text: 'a', waitMs: 5000 }],
      'b/y': stallingScript['a/x'],
    });
    const slow = readerOf(majordomo, 'a/x', { timeouts: { unreadMs: 1000 } });
    const first = slow.next();
    await clock.advance(5000);
    expect((await first).value).toMatchObject({ type: 'start' });
    const off = readerOf(majordomo, 'b/y', { timeouts: { unreadMs: 0 } });
    await off.next();
    await clock.advance(10_000_000);
    expect((await off.next()).value).toMatchObject({ type: 'part-start' });
  });
});
