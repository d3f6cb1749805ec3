import type { StreamEvent } from '@majordomo/core';
import type { Writer } from '../wire.ts';

/** Returns a writer that reorders events so that only one part is open at a time, as some clients expect. */
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
  /** Indices of the parts that have started and not ended. Events of the first part are emitted. */
  private readonly open: number[] = [];
  private readonly held = new Map<number, StreamEvent[]>();

  push(event: StreamEvent): readonly StreamEvent[] {
    if (!('index' in event)) return [event];
    if (event.type === 'part-start') this.open.push(event.index);
    if (event.index !== this.open[0]) {
      const waiting = this.held.get(event.index);
      if (waiting === undefined) this.held.set(event.index, [event]);
      else waiting.push(event);
      return [];
    }
    if (event.type !== 'part-end') return [event];
    this.open.shift();
    return [event, ...this.released()];
  }

  private released(): StreamEvent[] {
    const events: StreamEvent[] = [];
    for (let next = this.open[0]; next !== undefined; next = this.open[0]) {
      const waiting = this.held.get(next) ?? [];
      this.held.delete(next);
      events.push(...waiting);
      if (waiting.at(-1)?.type !== 'part-end') break;
      this.open.shift();
    }
    return events;
  }
}
