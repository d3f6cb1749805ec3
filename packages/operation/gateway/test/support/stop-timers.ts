import { onTestFinished, vi } from 'vitest';

/**
 * Replaces timers until the test ends, so that no timeout fires. What the test awaits afterwards does not depend on a timer.
 * The test therefore needs no limit of real time, which a busy machine could exceed.
 */
export function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}
