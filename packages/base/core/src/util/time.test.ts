import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from './time.ts';

describe('the platform’s clock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('runs once after its time, unless it is cancelled', () => {
    let runs = 0;
    const run = (): void => {
      runs++;
    };
    systemClock.timer(10, run);
    const cancel = systemClock.timer(10, run);
    vi.advanceTimersByTime(9);
    cancel();
    expect([runs, vi.getTimerCount()]).toEqual([0, 1]);
    vi.advanceTimersByTime(100);
    expect(runs).toBe(1);
  });

  it('limits a delay to the maximum of the platform', () => {
    let runs = 0;
    systemClock.timer(2 ** 40, () => runs++);
    vi.advanceTimersByTime(2 ** 31 - 2);
    expect(runs).toBe(0);
    vi.advanceTimersByTime(1);
    expect(runs).toBe(1);
  });

  it('sleeps and removes its listener', async () => {
    const { signal } = new AbortController();
    const removeListener = vi.spyOn(signal, 'removeEventListener');
    const sleep = systemClock.sleep(10, signal);
    await vi.advanceTimersByTimeAsync(10);
    await expect(sleep).resolves.toBeUndefined();
    expect(removeListener).toHaveBeenCalledOnce();
  });

  it('rejects with the reason of an abort and cancels its timer', async () => {
    const controller = new AbortController();
    const sleep = systemClock.sleep(20_000, controller.signal);
    controller.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(systemClock.sleep(1, controller.signal)).rejects.toThrow('enough');
    expect(vi.getTimerCount()).toBe(0);
  });
});

it.each([
  [undefined, true],
  [false, true],
  [true, false],
])('a timer in the background (%s) keeps the process alive: %s', (isBackground, hasRef) => {
  const setTimeoutSpy = vi.spyOn(globalThis, 'setTimeout');
  const cancel = systemClock.timer(10_000, () => undefined, { isBackground });
  const timer = setTimeoutSpy.mock.results[0]?.value as NodeJS.Timeout;
  expect(timer.hasRef()).toBe(hasRef);
  cancel();
  setTimeoutSpy.mockRestore();
});
