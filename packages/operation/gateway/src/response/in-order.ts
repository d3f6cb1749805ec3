import type { StreamEvent } from '@majordomo/core';
import type { Writer } from '../wire.ts';

/**
 * Returns a writer that reorders events so that only one part is open at a time, as some clients expect. The writer serves one
 * attempt: after a reset, a new writer is required.
 */
export function inOrder(writer: Writer): Writer {
  const order = new PartOrder();
  return {
    write: (event) =>
      order
        .push(event)
        .map((next) => writer.write(next))
        .join(''),
    end: () => writer.end(),
    fail: (refusal) => writer.fail(refusal),
  };
}

/** Order of events by their part. Events of the first open part are emitted, and events of later parts are buffered. */
class PartOrder {
  /** Indices of the parts that have begun and not been emitted completely. Events of the first part are emitted. */
  private readonly open: number[] = [];
  private readonly buffered = new Map<number, StreamEvent[]>();

  /** Returns the events to emit after an event has arrived. */
  push(event: StreamEvent): readonly StreamEvent[] {
    if (!('index' in event)) return [event];
    // Parts without deltas, such as vendor parts, have no `part-start`. Their `part-end` is their only event.
    const isFirstOfPart =
      event.type === 'part-start' || (event.type === 'part-end' && !this.open.includes(event.index));
    if (isFirstOfPart) this.open.push(event.index);
    const isOfFirstPart = event.index === this.open[0];
    if (!isOfFirstPart) {
      this.buffer(event, event.index);
      return [];
    }
    if (event.type !== 'part-end') return [event];
    this.open.shift();
    return [event, ...this.release()];
  }

  private buffer(event: StreamEvent, index: number): void {
    const events = this.buffered.get(index);
    if (events === undefined) this.buffered.set(index, [event]);
    else events.push(event);
  }

  /** Removes and returns the buffered events of the next parts, up to and including the first part that has not ended. */
  private release(): StreamEvent[] {
    const released: StreamEvent[] = [];
    for (let next = this.open[0]; next !== undefined; next = this.open[0]) {
      const events = this.buffered.get(next) ?? [];
      this.buffered.delete(next);
      released.push(...events);
      const hasEnded = events.at(-1)?.type === 'part-end';
      if (!hasEnded) break;
      this.open.shift();
    }
    return released;
  }
}
