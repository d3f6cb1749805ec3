import type { ChatResponse, StreamEvent } from '@majordomo/core';
import { CanonicalParts } from './canonical-parts.ts';
import type { EventLog } from './event-log.ts';
import { finishEvent, startEvent, type StoredAnswer } from './stored-answer.ts';

/** Writer of the canonical events of a leg to the log of its readers. */
export class LegEvents {
  private readonly log: EventLog;
  private canonical = new CanonicalParts();
  /** Number of events that the log already has. */
  private skip = 0;
  private hasRestarted = false;
  private rest: readonly StreamEvent[] = [];

  constructor(log: EventLog) {
    this.log = log;
  }

  get streamed(): StoredAnswer['streamed'] {
    return this.canonical.streamed;
  }

  /** Begins to read the answer again from its beginning. Events that the log already has are omitted. */
  restart(): void {
    this.canonical = new CanonicalParts();
    this.skip = this.log.events.filter(({ type }) => type !== 'warning').length;
    this.hasRestarted = true;
  }

  push(event: StreamEvent): void {
    switch (event.type) {
      case 'start':
        this.add([startEvent(event.target, event.id)]);
        return;
      case 'warning':
        // Another reading repeats the warnings.
        if (!this.hasRestarted) this.log.push([event]);
        return;
      // `finish` writes the last event. A `reset` begins a further leg, and its readers derive the event from its number.
      // A leg never continues an answer with another target, because its calls restart.
      case 'finish':
      case 'reset':
      case 'continued':
        return;
      default:
        this.add(this.canonical.push(event));
    }
  }

  /** Ends the parts. Their last events are held back until `finish`, because the answer must be stored first. */
  end(): void {
    this.rest = this.canonical.end();
  }

  /** Writes the events that were held back, and the last event. */
  finish(response: ChatResponse): void {
    this.add([...this.rest, finishEvent(response)]);
  }

  private add(events: readonly StreamEvent[]): void {
    const skipped = Math.min(this.skip, events.length);
    this.skip -= skipped;
    this.log.push(events.slice(skipped));
  }
}
