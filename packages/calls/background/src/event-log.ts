import type { StreamEvent } from '@majordomo/core';

/** Events of the running leg, which the driving process holds in memory for its readers. */
export class EventLog {
  /** Number of the leg, from 1. */
  leg: number;
  events: StreamEvent[] = [];
  private readonly waiting: (() => void)[] = [];

  constructor(leg: number) {
    this.leg = leg;
  }

  /** Adds events. A long answer that arrives at once has more events than a function has arguments. */
  push(events: readonly StreamEvent[]): void {
    if (events.length === 0) return;
    for (const event of events) this.events.push(event);
    this.wake();
  }

  /** Begins a leg, unless it has begun. */
  begin(leg: number): void {
    if (leg === this.leg) return;
    this.leg = leg;
    this.events = [];
    this.wake();
  }

  /** Resolves at the next event, or when `wake` is called. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  wake(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
