import { LlmError } from '@majordomo/core';

/** Error code of an abort because the last reader stopped reading. */
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
  /** Called once with the response; `undefined` if the stream failed. */
  onEnd(response: Response | undefined): void;
}

/** Stream that several readers read at their own pace. The fastest reader pulls it. */
export class TeeStream<Event, Response> {
  /** Set before the last event is returned. */
  response: Response | undefined;
  /** Response of the source. It is requested once and may reject without a reader. */
  readonly ending: Promise<Response>;
  private readonly iterator: AsyncIterator<Event>;
  private readonly source: StreamSource<Event, Response>;
  private readonly events: Event[] = [];
  private reading: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private isOver = false;
  /** Whether the source was notified of the end. */
  private hasEnded = false;

  constructor(
    source: StreamSource<Event, Response>,
    /** Aborted when the last reader has left or its call was aborted. */
    signal: AbortSignal,
  ) {
    const stop = new AbortController();
    this.source = source;
    const upstream = source.open(stop.signal);
    this.iterator = upstream[Symbol.asyncIterator]();
    this.ending = upstream.response();
    // It may fail without a reader: later readers must not join it.
    this.ending.catch(() => {
      this.onFailure();
    });
    const given = (): void => {
      const reason: unknown = signal.reason;
      if (LlmError.is(reason) && reason.details.code === ABANDONED) this.close();
      else stop.abort(reason);
    };
    signal.addEventListener('abort', given, { once: true });
    if (signal.aborted) given();
  }

  /**
   * Returns the events after a position, never an empty array; `undefined` at the end. Throws the error of
   * the stream.
   */
  async after(seen: number): Promise<readonly Event[] | undefined> {
    for (;;) {
      if (this.events.length > seen) return this.events.slice(seen);
      if (this.failure !== undefined) throw this.failure.error;
      if (this.isOver) return undefined;
      await (this.reading ??= this.read());
    }
  }

  /** Returns the first events. */
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
