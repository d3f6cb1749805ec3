import type { Background } from '@majordomo/background';
import { systemClock } from '@majordomo/core';

/** Limits of the time between two polls, in milliseconds. Other gateways may start jobs at any time. */
const WAIT_MS = { least: 1000, most: 10_000 } as const;
/** Wait after a poll that has failed, in milliseconds. */
const RETRY_MS = 30_000;
/** Maximum wait for a poll, in milliseconds. The live calls that it has begun may take longer. */
const POLL_MS = 30_000;

/** Timer that advances the jobs of background responses, also those that a stopped gateway has started. */
export class JobTimer {
  private readonly background: () => Background | undefined;
  private readonly onError: (error: unknown) => void;
  private state: 'new' | 'running' | 'stopped' = 'new';
  private cancel: () => void = () => undefined;

  /** @param background returns the jobs, which an update of the gateway may replace; `undefined` if it has none */
  constructor(background: () => Background | undefined, onError: (error: unknown) => void) {
    this.background = background;
    this.onError = onError;
  }

  /** Begins to poll. Some platforms allow no timers before the first request. Has no effect on a running or stopped timer. */
  start(): void {
    if (this.state !== 'new') return;
    this.state = 'running';
    this.pollAfter(0);
  }

  stop(): void {
    this.state = 'stopped';
    this.cancel();
  }

  private pollAfter(ms: number): void {
    if (this.state === 'stopped') return;
    const run = (): void => {
      void this.poll().then((waitMs) => {
        this.pollAfter(waitMs);
      });
    };
    this.cancel = systemClock.timer(ms, run, { isBackground: true });
  }

  /** Polls once, and returns the time until the next poll. Never rejects. */
  private async poll(): Promise<number> {
    const limit = new AbortController();
    const cancel = systemClock.timer(
      POLL_MS,
      () => {
        limit.abort();
      },
      { isBackground: true },
    );
    try {
      const found = await this.background()?.poll({ signal: limit.signal });
      const nextMs = found?.nextMs ?? WAIT_MS.most;
      return Math.min(WAIT_MS.most, Math.max(WAIT_MS.least, nextMs));
    } catch (error) {
      // The jobs that the poll has begun continue, so its limit is not a failure.
      if (limit.signal.aborted) return WAIT_MS.least;
      if (this.state === 'running') this.onError(error);
      return RETRY_MS;
    } finally {
      cancel();
    }
  }
}
