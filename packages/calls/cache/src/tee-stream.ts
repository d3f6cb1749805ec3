import { LlmError } from '@majordomo/core';

/** Error code of an abort after the last reader has stopped. */
export const ABANDONED = 'abandoned';

/** Stream of a model. */
interface Upstream<Event, Response> extends AsyncIterable<Event> {
  response(): Promise<Response>;
}

/** Source of a shared stream. */
export interface StreamSource<Event, Response> {
  open(signal: AbortSignal): Upstream<Event, Response>;
  /** Whether the response is known after this event. */
  isLast(event: Event): boolean;
  /** Called once with the response, or with `undefined` if the stream failed. */
  onEnd(response: Response | undefined): void;
}

/** Stream with several readers, which may read at different speeds. The fastest reader pulls the source. */
export class TeeStream<Event, Response> {
  /** Response, set before the last event is returned. */
  response: Response | undefined;
  /** Response of the source, which is requested once. The promise may reject before a reader exists. */
  readonly ending: Promise<Response>;
  private readonly iterator: AsyncIterator<Event>;
  private readonly source: StreamSource<Event, Response>;
  private readonly events: Event[] = [];
  private reading: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private isOver = false;
  /** Whether `onEnd` has been called. */
  private hasEnded = false;

  constructor(
    source: StreamSource<Event, Response>,
    /** Signal that aborts when the last reader has left or its call was aborted. */
    signal: AbortSignal,
  ) {
    const stop = new AbortController();
    this.source = source;
    const upstream = source.open(stop.signal);
    this.iterator = upstream[Symbol.asyncIterator]();
    this.ending = upstream.response();
    // A stream that failed without a reader must not be joined later.
    this.ending.catch(() => {
      this.onFailure();
    });
    const onAbort = (): void => {
      const reason: unknown = signal.reason;
      // Closing the iterator ends the call of the model as abandoned. The signal would end it as aborted by its caller.
      if (LlmError.is(reason) && reason.details.code === ABANDONED) this.close();
      else stop.abort(reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
  }

  /** Returns the events after a position, never an empty array, or `undefined` at the end. Throws the error of the stream. */
  async after(count: number): Promise<readonly Event[] | undefined> {
    for (;;) {
      if (this.events.length > count) return this.events.slice(count);
      if (this.failure !== undefined) throw this.failure.error;
      if (this.isOver) return undefined;
      await (this.reading ??= this.read());
    }
  }

  /** Returns the first `count` events. */
  first(count: number): readonly Event[] {
    return this.events.slice(0, count);
  }

  private close(): void {
    this.iterator.return?.().catch(() => undefined);
  }

  private async read(): Promise<void> {
    try {
      const next = await this.iterator.next();
      if (next.done === true) {
        await this.complete();
        this.isOver = true;
      } else {
        if (this.source.isLast(next.value)) await this.complete();
        this.events.push(next.value);
      }
    } catch (error) {
      this.failure = { error };
      this.onFailure();
    } finally {
      this.reading = undefined;
    }
  }

  private onFailure(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    this.source.onEnd(undefined);
  }

  private async complete(): Promise<void> {
    if (this.response !== undefined) return;
    this.response = await this.ending;
    this.hasEnded = true;
    this.source.onEnd(this.response);
  }
}
