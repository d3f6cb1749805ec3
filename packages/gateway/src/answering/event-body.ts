import { LlmError, systemClock, type StreamEvent } from '@majordomo/core';
import type { Writer } from '../wire.ts';
import { HEARTBEAT } from './sse.ts';
import { refusalOf } from './refusal-of.ts';

/** Some proxies hang up after 30 s of silence. */
const SILENCE_MS = 15_000;
const LONGEST_TICK_MS = 5000;

const encoder = new TextEncoder();

/** What a body is made of. */
export interface EventSource {
  readonly events: AsyncIterator<StreamEvent>;
  readonly writer: Writer;
  /** What is written already. */
  readonly first: string;
  /** A client that reads nothing for this long is cut. */
  readonly idleMs: number;
  /** Ends the call at once. */
  readonly leave: () => void;
  /** When the last byte is taken, or the client has left. */
  readonly onEnd: () => void;
}

/**
 * The events of a call as the body of an answer, pulled at the client's pace: nobody reads from the vendor while the
 * client does not. A failure is the last event, since the status is told.
 */
export function eventBody(source: EventSource): ReadableStream<Uint8Array> {
  return new ReadableStream(new PulledEvents(source), { highWaterMark: 0 });
}

class PulledEvents {
  private readonly source: EventSource;
  private pending: string;
  /** The last of it is written. */
  private isDone = false;
  private isEnded = false;
  /** On whom we wait, and since when. */
  private waitsFor: 'client' | 'vendor' = 'client';
  private since: number = systemClock.now();
  private stopTicking: () => void = () => undefined;

  constructor(source: EventSource) {
    this.source = source;
    this.pending = source.first;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.tick(controller);
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.waitFor('vendor');
    const text = await this.next();
    if (this.isEnded) return;
    if (text !== '') controller.enqueue(encoder.encode(text));
    if (this.isDone) {
      this.finish();
      controller.close();
    }
    this.waitFor('client');
  }

  cancel(): void {
    this.finish();
    this.source.leave();
  }

  /** What was written before, or the next event that has a form on the wire. */
  private async next(): Promise<string> {
    const { events, writer } = this.source;
    if (this.pending !== '') {
      const text = this.pending;
      this.pending = '';
      return text;
    }
    try {
      for (;;) {
        const step = await events.next();
        if (step.done === true) {
          this.isDone = true;
          return writer.end();
        }
        if (step.value.type === 'reset') throw step.value.error;
        const text = writer.write(step.value);
        if (text !== '') return text;
      }
    } catch (error) {
      this.isDone = true;
      this.source.leave();
      return writer.fail(refusalOf(error));
    }
  }

  private waitFor(whom: 'client' | 'vendor'): void {
    this.waitsFor = whom;
    this.since = systemClock.now();
  }

  /** One timer a stream, whatever is waited for. */
  private tick(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { idleMs } = this.source;
    const everyMs = Math.max(10, Math.min(LONGEST_TICK_MS, idleMs / 4));
    this.stopTicking = systemClock.timer(everyMs, () => {
      const waitedMs = systemClock.now() - this.since;
      if (this.waitsFor === 'client' && waitedMs >= idleMs) {
        this.cancel();
        controller.error(new LlmError('aborted', `the client read nothing for ${idleMs} ms`));
        return;
      }
      if (this.waitsFor === 'vendor' && waitedMs >= SILENCE_MS) {
        controller.enqueue(encoder.encode(HEARTBEAT));
        this.since = systemClock.now();
      }
      this.tick(controller);
    });
  }

  private finish(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.stopTicking();
    this.source.onEnd();
  }
}
