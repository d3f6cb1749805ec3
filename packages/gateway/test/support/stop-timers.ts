import { onTestFinished, vi } from 'vitest';

/**
 * From here to the end of the test no timer fires: what happens none the less waits for none. It takes 1 to 4 ms for a client's
 * leave to reach the vendor, which a busy machine may make any number of.
 */
export function stopTimers(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
}
