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

/** Creates a body whose source waits until the test emits a string, an error or the end. */
function setUp({ idleMs = 60_000, canCut = true } = {}) {
  const log: string[] = [];
  const pendingReads: {
    readonly resolve: (text: string | undefined) => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  let reads = 0;
  const body = eventBody({
    source: {
      next: () => {
        reads++;
        return new Promise((resolve, reject) => pendingReads.push({ resolve, reject }));
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
  /** Resolves the oldest pending read with a string. */
  const emit = async (text: string | undefined): Promise<void> => {
    await settlePromises();
    pendingReads.shift()?.resolve(text);
  };
  const fail = async (error: Error): Promise<void> => {
    await settlePromises();
    pendingReads.shift()?.reject(error);
  };
  return { emit, fail, log, read, reader, reads: () => reads };
}

/** Waits until pending promises have settled. */
const settlePromises = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Lets every timer of a body run. Timers are not counted, because another file in this worker may have started some. */
const passTime = async (): Promise<void> => {
  await vi.advanceTimersByTimeAsync(600_000);
};

describe('a body', () => {
  it('reads the source only when the client reads', async () => {
    const { emit, log, read, reads } = setUp();
    await settlePromises();
    expect(reads()).toBe(0);
    const firstRead = read();
    await emit('one');
    expect([await firstRead, reads()]).toEqual(['one', 1]);
    await settlePromises();
    expect(reads()).toBe(1);
    const lastRead = read();
    await emit(undefined);
    expect([await lastRead, log]).toEqual([undefined, ['end']]);
    await passTime();
    expect(log).toEqual(['end']);
  });

  it('sends the failure of the source, aborts the call and ends', async () => {
    const { fail, log, read, reads } = setUp();
    const firstRead = read();
    await fail(new LlmError('server', 'secret'));
    expect([await firstRead, log]).toEqual(['failed: the vendor failed', ['leave', 'secret']]);
    expect([await read(), reads()]).toEqual([undefined, 1]);
    await passTime();
    expect(log).toEqual(['leave', 'secret', 'end']);
  });

  it('ends once if the client disconnects, and aborts the call', async () => {
    const { emit, log, read, reader } = setUp();
    const firstRead = read();
    await settlePromises();
    await reader.cancel();
    await emit('late');
    expect(await firstRead).toBeUndefined();
    await passTime();
    expect(log).toEqual(['end', 'leave']);
  });
});

describe('a heartbeat', () => {
  it('is sent after each 15 seconds without an event of the vendor', async () => {
    const { emit, read } = setUp();
    const firstRead = read();
    await settlePromises();
    vi.advanceTimersByTime(14_999);
    let hasRead = false;
    void firstRead.then(() => (hasRead = true));
    await settlePromises();
    expect(hasRead).toBe(false);
    vi.advanceTimersByTime(1);
    expect(await firstRead).toBe(HEARTBEAT);
    const secondRead = read();
    vi.advanceTimersByTime(14_999);
    vi.advanceTimersByTime(1);
    expect(await secondRead).toBe(HEARTBEAT);
    const thirdRead = read();
    vi.advanceTimersByTime(10_000);
    await emit('one');
    expect(await thirdRead).toBe('one');
  });

  it('is not sent while the client does not read', async () => {
    const { emit, log, read } = setUp();
    const firstRead = read();
    await emit('one');
    await firstRead;
    vi.advanceTimersByTime(59_999);
    const secondRead = read();
    await emit('two');
    expect([await secondRead, log]).toEqual(['two', []]);
  });

  it('is not sent within 15 seconds after the client starts to read', async () => {
    const { emit, read } = setUp();
    const firstRead = read();
    await emit('one');
    await firstRead;
    vi.advanceTimersByTime(10_000);
    const secondRead = read();
    await settlePromises();
    vi.advanceTimersByTime(10_000);
    await emit('two');
    expect(await secondRead).toBe('two');
  });
});

describe('a client that does not read', () => {
  it.each([
    [60_000, 60_000],
    [400, 400],
    [2, 10],
  ])(
    'is disconnected after idleMs %d (at least 10 ms: %d), and its call is aborted',
    async (idleMs, cutMs) => {
      const { log } = setUp({ idleMs });
      await settlePromises();
      vi.advanceTimersByTime(cutMs - 1);
      expect(log).toEqual([]);
      vi.advanceTimersByTime(1);
      await passTime();
      expect(log).toEqual(['end', 'leave', 'cut']);
    },
  );

  it('receives an error if its connection cannot be closed', async () => {
    const { log, read } = setUp({ idleMs: 1000, canCut: false });
    await settlePromises();
    vi.advanceTimersByTime(1000);
    await expect(read()).rejects.toMatchObject({
      kind: 'aborted',
      message: 'the client did not read for 1000 ms',
    });
    expect(log).toEqual(['end', 'leave']);
  });

  it('is not disconnected while it waits for the vendor', async () => {
    const { emit, log, read } = setUp({ idleMs: 1000 });
    const firstRead = read();
    await settlePromises();
    vi.advanceTimersByTime(10_000);
    await emit('one');
    expect([await firstRead, log]).toEqual(['one', []]);
  });
});
