import { LlmError, systemClock, type StreamEvent } from '@majordomo/core';
import type { Writer } from '../wire.ts';
import { HEARTBEAT } from './sse.ts';
import { refusalOf } from '../errors/refusal-of.ts';

/** Some proxies close a connection after 30 s of silence. */
const SILENCE_MS = 15_000;
const MAX_TICK_MS = 5000;

const encoder = new TextEncoder();

/** Events of a call, and how its response reports them. */
export interface ReporterOptions {
  readonly events: AsyncIterator<StreamEvent>;
  readonly writer: Writer;
  /** Text that is written already. */
  readonly first: string;
  /** Time after which a client that reads nothing is cut, in milliseconds. */
  readonly idleMs: number;
  /** Ends the call at once. */
  readonly leave: () => void;
  /** Called once, when the last byte is taken or the client has left. */
  readonly onEnd: () => void;
  /** Called with the error that the last event reports. */
  readonly onError: (error: unknown) => void;
  /** Closes the connection of the client. Without it the body fails instead. */
  readonly cut: (() => void) | undefined;
}

/** Returns the events of a call as the body of a response. */
export const eventBody = (options: ReporterOptions): ReadableStream<Uint8Array> =>
  new ReadableStream(new Reporter(options), { highWaterMark: 0 });

/**
 * Writes events at the pace of the client: while the client does not read, nothing is read from the vendor. A failure becomes
 * the last event, because the status has been sent.
 */
class Reporter {
  private readonly options: ReporterOptions;
  private pending: string;
  /** Whether the last event is written. */
  private isDone = false;
  /** Whether the client has taken the last event, or has left. */
  private isEnded = false;
  private waitsFor: 'client' | 'vendor' = 'client';
  private waitsSince: number = systemClock.now();
  private stopTimer: () => void = () => undefined;

  constructor(options: ReporterOptions) {
    this.options = options;
    this.pending = options.first;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.watch(controller, Math.max(10, Math.min(MAX_TICK_MS, this.options.idleMs / 4)));
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const text = this.isDone ? '' : await this.next();
    // Some wires have no text for the end of a stream.
    if (text === '') this.end();
    // The client may have left in the meantime.
    if (this.isEnded) controller.close();
    else controller.enqueue(encoder.encode(text));
  }

  cancel(): void {
    this.end();
    this.options.leave();
  }

  private async next(): Promise<string> {
    this.waitFor('vendor');
    const text = await this.read();
    this.waitFor('client');
    return text;
  }

  /** Returns the pending text, or the next event that the wire has a text for. */
  private async read(): Promise<string> {
    const { events, writer, onError } = this.options;
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
      this.options.leave();
      onError(error);
      return writer.fail(refusalOf(error));
    }
  }

  private waitFor(side: 'client' | 'vendor'): void {
    this.waitsFor = side;
    this.waitsSince = systemClock.now();
  }

  /** Sends heartbeats while the vendor is silent, and cuts a client that reads nothing. */
  private watch(controller: ReadableStreamDefaultController<Uint8Array>, everyMs: number): void {
    const { idleMs, cut } = this.options;
    this.stopTimer = systemClock.timer(everyMs, () => {
      const waitedMs = systemClock.now() - this.waitsSince;
      if (this.waitsFor === 'client' && waitedMs >= idleMs) {
        this.cancel();
        if (cut === undefined)
          controller.error(new LlmError('aborted', `the client read nothing for ${idleMs} ms`));
        else cut();
        return;
      }
      if (this.waitsFor === 'vendor' && waitedMs >= SILENCE_MS) {
        controller.enqueue(encoder.encode(HEARTBEAT));
        this.waitsSince = systemClock.now();
      }
      this.watch(controller, everyMs);
    });
  }

  private end(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.stopTimer();
    this.options.onEnd();
  }
}
