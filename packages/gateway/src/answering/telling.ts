import { LlmError, systemClock, type StreamEvent } from '@majordomo/core';
import type { Writer } from '../wire.ts';
import { HEARTBEAT } from './sse.ts';
import { refusalOf } from './refusal-of.ts';

/** Some proxies hang up after 30 s of silence. */
const SILENCE_MS = 15_000;
const LONGEST_TICK_MS = 5000;

const encoder = new TextEncoder();

/** What is told to a client. */
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
  /** Told what the last event says, as it is. */
  readonly onError: (error: unknown) => void;
}

/** Whoever writes to the client. */
export interface Teller {
  /** A sign of life while the vendor says nothing. */
  readonly heartbeat: (text: string) => void;
  /** The client reads nothing: what it has is no whole answer. */
  readonly cut: (error: LlmError) => void;
}

/**
 * The events of a call as text, asked for at the client's pace: nobody reads from the vendor while the client does not.
 * A failure is the last event, since the status is told.
 */
export class Telling {
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

  /** Once, before the first text is asked for. */
  begin(teller: Teller): void {
    const { idleMs } = this.source;
    this.tick(teller, Math.max(10, Math.min(LONGEST_TICK_MS, idleMs / 4)));
  }

  /** The next text, never an empty one; to be asked for when the client has taken the last. `undefined` after it, or a cut. */
  async next(): Promise<string | undefined> {
    if (this.isDone) this.finish();
    if (this.isEnded) return undefined;
    this.waitFor('vendor');
    const text = await this.read();
    this.waitFor('client');
    // The end of some answers has no words of its own.
    if (text === '') this.finish();
    return this.hasEnded() ? undefined : text;
  }

  /** The client has left. */
  leave(): void {
    this.finish();
    this.source.leave();
  }

  /** What was written before, or the next event that has a form on the wire. */
  private async read(): Promise<string> {
    const { events, writer, onError } = this.source;
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
      onError(error);
      return writer.fail(refusalOf(error));
    }
  }

  private hasEnded(): boolean {
    return this.isEnded;
  }

  private waitFor(whom: 'client' | 'vendor'): void {
    this.waitsFor = whom;
    this.since = systemClock.now();
  }

  /** One timer a stream, whatever is waited for. */
  private tick(teller: Teller, everyMs: number): void {
    const { idleMs } = this.source;
    this.stopTicking = systemClock.timer(everyMs, () => {
      const waitedMs = systemClock.now() - this.since;
      if (this.waitsFor === 'client' && waitedMs >= idleMs) {
        this.leave();
        teller.cut(new LlmError('aborted', `the client read nothing for ${idleMs} ms`));
        return;
      }
      if (this.waitsFor === 'vendor' && waitedMs >= SILENCE_MS) {
        teller.heartbeat(HEARTBEAT);
        this.since = systemClock.now();
      }
      this.tick(teller, everyMs);
    });
  }

  private finish(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.stopTicking();
    this.source.onEnd();
  }
}

/** The same as the body of a `Response`. */
export const eventBody = (telling: Telling): ReadableStream<Uint8Array> =>
  new ReadableStream(
    {
      start(controller) {
        telling.begin({
          heartbeat: (text) => {
            controller.enqueue(encoder.encode(text));
          },
          cut: (error) => {
            controller.error(error);
          },
        });
      },
      async pull(controller) {
        const text = await telling.next();
        // Of a body that was cut or left, a close is refused, and nobody hears of it.
        if (text === undefined) controller.close();
        else controller.enqueue(encoder.encode(text));
      },
      cancel() {
        telling.leave();
      },
    },
    { highWaterMark: 0 },
  );
