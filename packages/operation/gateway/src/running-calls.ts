import { systemClock, type CallEvent } from '@majordomo/core';
import { withTimeout } from '@majordomo/core/toolkit';

/** Calls that have begun and have not ended. */
export class RunningCalls {
  private readonly ids = new Set<string>();
  private readonly waiting = new Set<() => void>();

  onEvent({ type, call }: CallEvent): void {
    if (call === undefined) return;
    if (type === 'call-start') this.ids.add(call.id);
    if (type !== 'call-end') return;
    this.ids.delete(call.id);
    if (this.ids.size > 0) return;
    for (const resolve of this.waiting) resolve();
    this.waiting.clear();
  }

  /** Resolves when no call is running, or after `maxMs` milliseconds. */
  async ended(maxMs: number): Promise<void> {
    if (this.ids.size === 0) return;
    const idle = new Promise<void>((resolve) => void this.waiting.add(resolve));
    await withTimeout(idle, maxMs, systemClock).catch(() => undefined);
  }
}
