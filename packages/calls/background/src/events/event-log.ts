import type { StreamEvent } from '@majordomo/core';

/** Events of the running leg, which the driving process holds in memory for its readers. */
export class EventLog {
  /** Number of the leg, from 1. */
  leg: number;
  events: StreamEvent[] = [];
  private readonly waiting: (() => void)[] = [];
  /** Events that arrived while the log was held. */
  private held: StreamEvent[] | undefined;

  constructor(leg: number) {
    this.leg = leg;
  }

  /** Adds events. A long answer that arrives at once has more events than a function has arguments. */
  push(events: readonly StreamEvent[]): void {
    if (events.length === 0) return;
    const list = this.held ?? this.events;
    for (const event of events) list.push(event);
    if (this.held === undefined) this.wake();
  }

  /** Holds further events back, so that no reader receives them until `release`. */
  hold(): void {
    this.held ??= [];
  }

  /** Adds the events that were held back. */
  release(): void {
    const { held = [] } = this;
    this.held = undefined;
    this.push(held);
  }

  /** Begins a leg, unless it has begun. */
  begin(leg: number): void {
    if (leg === this.leg) return;
    this.leg = leg;
    this.events = [];
    this.held = undefined;
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
