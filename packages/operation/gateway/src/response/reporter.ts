import { LlmError, systemClock } from '@majordomo/core';
import { SSE_HEARTBEAT } from '@majordomo/core/toolkit';
import type { TextSource } from './text-source.ts';
import { refusalOf } from '../errors/refusal-of.ts';

/** Time without events after which a heartbeat is sent, in milliseconds. Some proxies disconnect after 30 s. */
const SILENCE_MS = 15_000;
/** Maximum time between two checks for how long the body waits for the client or the vendor, in milliseconds. */
const MAX_TICK_MS = 5000;

const encoder = new TextEncoder();

/** Source of the text of a response, and callbacks for its body. */
export interface ReporterOptions {
  readonly source: TextSource;
  /** Time after which a client that reads nothing is disconnected, in milliseconds. */
  readonly idleMs: number;
  /** Aborts the call. Called if the client disconnects or the call fails. */
  readonly leave: () => void;
  /** Called once, when the client has read the last byte or has disconnected. */
  readonly onEnd: () => void;
  /** Called with the error that the last event reports. */
  readonly onError: (error: unknown) => void;
  /** Closes the connection of a client that does not read. If `undefined`, the body fails instead. */
  readonly cut: (() => void) | undefined;
}

/** Returns a response body with the text of a source. */
export const eventBody = (options: ReporterOptions): ReadableStream<Uint8Array> =>
  new ReadableStream(new Reporter(options), { highWaterMark: 0 });

/**
 * Writer of a response body. It reads the next event from the vendor only when the client reads. A failure becomes the last
 * event, because the HTTP status has already been sent.
 */
class Reporter {
  private readonly options: ReporterOptions;
  /** Whether the call has failed. The body ends after the error event. */
  private isDone = false;
  /** Whether the client has read the last event or has disconnected. */
  private isEnded = false;
  private waitsFor: 'client' | 'vendor' = 'client';
  private waitsSince: number = systemClock.now();
  private stopTimer: () => void = () => undefined;

  constructor(options: ReporterOptions) {
    this.options = options;
  }

  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    this.watch(controller, Math.max(10, Math.min(MAX_TICK_MS, this.options.idleMs / 4)));
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    this.waitFor('vendor');
    const text = this.isDone ? '' : await this.read();
    this.waitFor('client');
    if (text === '') this.end();
    // `isEnded` is also true if the client disconnected while the event was read.
    if (this.isEnded) controller.close();
    else controller.enqueue(encoder.encode(text));
  }

  cancel(): void {
    this.end();
    this.options.leave();
  }

  /** Returns the next text, or an empty string at the end. */
  private async read(): Promise<string> {
    const { source, leave, onError } = this.options;
    try {
      return (await source.next()) ?? '';
    } catch (error) {
      this.isDone = true;
      leave();
      onError(error);
      return source.fail(refusalOf(error));
    }
  }

  private waitFor(side: 'client' | 'vendor'): void {
    this.waitsFor = side;
    this.waitsSince = systemClock.now();
  }

  /** Sends heartbeats while the vendor sends nothing. Closes the connection of a client that reads nothing. */
  private watch(controller: ReadableStreamDefaultController<Uint8Array>, everyMs: number): void {
    const { idleMs, cut } = this.options;
    this.stopTimer = systemClock.timer(everyMs, () => {
      const waitedMs = systemClock.now() - this.waitsSince;
      if (this.waitsFor === 'client' && waitedMs >= idleMs) {
        this.cancel();
        if (cut === undefined)
          controller.error(new LlmError('aborted', `the client did not read for ${idleMs} ms`));
        else cut();
        return;
      }
      if (this.waitsFor === 'vendor' && waitedMs >= SILENCE_MS) {
        controller.enqueue(encoder.encode(SSE_HEARTBEAT));
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
