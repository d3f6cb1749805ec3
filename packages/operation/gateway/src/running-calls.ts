import { systemClock, type CallEvent } from '@majordomo/core';

/** Calls that have begun and have not ended. */
export class RunningCalls {
  private readonly ids = new Set<string>();
  private readonly waiting = new Set<() => void>();

  onEvent({ type, call }: CallEvent): void {
    if (call === undefined) return;
    if (type === 'call-start') this.ids.add(call.id);
    if (type !== 'call-end') return;
    this.ids.delete(call.id);
    if (this.ids.size === 0) for (const resolve of this.waiting) resolve();
  }

  /** Resolves when no call is running, or after `maxMs` milliseconds. */
  async ended(maxMs: number): Promise<void> {
    if (this.ids.size === 0) return;
    await new Promise<void>((resolve) => {
      const cancel = systemClock.timer(maxMs, () => {
        end();
      });
      const end = (): void => {
        cancel();
        this.waiting.delete(end);
        resolve();
      };
      this.waiting.add(end);
    });
  }
}
