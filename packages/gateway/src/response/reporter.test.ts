import { LlmError } from '@majordomo/core';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { eventBody } from './reporter.ts';

const HEARTBEAT = ': still here\n\n';

beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Body whose source waits until the test emits a text, an error or the end. */
function setUp({ idleMs = 60_000, canCut = true } = {}) {
  const log: string[] = [];
  const waiting: {
    readonly resolve: (text: string | undefined) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  let reads = 0;
  const body = eventBody({
    source: {
      next: () => {
        reads++;
        return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
      },
      fail: ({ message }) => `failed: ${message}`,
    },
    idleMs,
    leave: () => log.push('leave'),
    onEnd: () => log.push('end'),
    onError: (error) => log.push((error as Error).message),
    cut: canCut ? () => void log.push('cut') : undefined,
  });
  const reader = body.getReader();
  const read = async (): Promise<string | undefined> => {
    const { done, value } = await reader.read();
    return done ? undefined : new TextDecoder().decode(value);
  };
  /** Emits a text for the read that waits. */
  const emit = async (text: string | undefined): Promise<void> => {
    await settled();
    waiting.shift()?.resolve(text);
  };
  const fail = async (error: Error): Promise<void> => {
    await settled();
    waiting.shift()?.reject(error);
  };
  return { emit, fail, log, read, reader, reads: () => reads };
}

/** Lets each promise settle. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a body', () => {
  it('reads the source only when the client reads', async () => {
    const { emit, log, read, reads } = setUp();
    await settled();
    expect(reads()).toBe(0);
    const first = read();
    await emit('one');
    expect([await first, reads()]).toEqual(['one', 1]);
    await settled();
    expect(reads()).toBe(1);
    const last = read();
    await emit(undefined);
    expect([await last, log, vi.getTimerCount()]).toEqual([undefined, ['end'], 0]);
  });

  it('ends with the failure of the source, after which it aborts the call', async () => {
    const { fail, log, read, reads } = setUp();
    const first = read();
    await fail(new LlmError('server', 'secret'));
    expect([await first, log]).toEqual(['failed: the vendor failed', ['leave', 'secret']]);
    expect([await read(), reads(), log]).toEqual([undefined, 1, ['leave', 'secret', 'end']]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends once if the client disconnects, and aborts the call', async () => {
    const { emit, log, read, reader } = setUp();
    const first = read();
    await settled();
    await reader.cancel();
    await emit('late');
    expect([await first, log, vi.getTimerCount()]).toEqual([undefined, ['end', 'leave'], 0]);
  });
});

describe('a heartbeat', () => {
  it('is sent after each 15 seconds without an event of the vendor', async () => {
    const { emit, read } = setUp();
    const first = read();
    await settled();
    vi.advanceTimersByTime(14_999);
    let hasRead = false;
    void first.then(() => (hasRead = true));
    await settled();
    expect(hasRead).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await first).toBe(HEARTBEAT);
    const second = read();
    vi.advanceTimersByTime(14_999);
    vi.advanceTimersByTime(1);
    expect(await second).toBe(HEARTBEAT);
    const third = read();
    vi.advanceTimersByTime(10_000);
    await emit('one');
    expect(await third).toBe('one');
  });

  it('is not sent while the client does not read', async () => {
    const { emit, log, read } = setUp();
    const first = read();
    await emit('one');
    await first;
    vi.advanceTimersByTime(59_999);
    const second = read();
    await emit('two');
    expect([await second, log]).toEqual(['two', []]);
  });

  it('is not sent for a vendor that is silent for less than 15 seconds since the client reads', async () => {
    const { emit, read } = setUp();
    const first = read();
    await emit('one');
    await first;
    vi.advanceTimersByTime(10_000);
    const second = read();
    await settled();
    vi.advanceTimersByTime(10_000);
    await emit('two');
    expect(await second).toBe('two');
  });
});

describe('a client that does not read', () => {
  it.each([
    [60_000, 60_000],
    [400, 400],
    [2, 10],
  ])('for %d ms is cut after %d ms, and its call is aborted', async (idleMs, cutMs) => {
    const { log } = setUp({ idleMs });
    await settled();
    vi.advanceTimersByTime(cutMs - 1);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(1);
    expect([log, vi.getTimerCount()]).toEqual([['end', 'leave', 'cut'], 0]);
  });

  it('receives an error if its connection cannot be closed', async () => {
    const { log, read } = setUp({ idleMs: 1000, canCut: false });
    await settled();
    vi.advanceTimersByTime(1000);
    await expect(read()).rejects.toMatchObject({
      kind: 'aborted',
      message: 'the client did not read for 1000 ms',
    });
    expect(log).toEqual(['end', 'leave']);
  });

  it('is not cut while it waits for the vendor', async () => {
    const { emit, log, read } = setUp({ idleMs: 1000 });
    const first = read();
    await settled();
    vi.advanceTimersByTime(10_000);
    await emit('one');
    expect([await first, log]).toEqual(['one', []]);
  });
});
