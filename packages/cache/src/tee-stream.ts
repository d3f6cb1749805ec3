import { LlmError } from '@majordomo/core';

/** The code of an abort that is none: nobody reads any more. */
export const ABANDONED = 'abandoned';

/** What is read: a stream of a model. */
interface Upstream<Event, Response> extends AsyncIterable<Event> {
  response(): Promise<Response>;
}

/** Where a shared stream comes from. */
export interface StreamSource<Event, Response> {
  open(signal: AbortSignal): Upstream<Event, Response>;
  /** After which event is the answer known? */
  isLast(event: Event): boolean;
  /** Once; `undefined` where it failed. */
  onEnd(response: Response | undefined): void;
}

/** A stream that several may read, each at a pace of its own: whoever is ahead pulls it. */
export class TeeStream<Event, Response> {
  /** There before the last event is shown. */
  response: Response | undefined;
  /** What the source came to; asked for once, it rejects also when nobody reads. */
  readonly ending: Promise<Response>;
  private readonly iterator: AsyncIterator<Event>;
  private readonly source: StreamSource<Event, Response>;
  private readonly events: Event[] = [];
  private reading: Promise<void> | undefined;
  private failure: { readonly error: unknown } | undefined;
  private isOver = false;
  /** Has the source been told? */
  private hasEnded = false;

  constructor(
    source: StreamSource<Event, Response>,
    /** Aborted when the last reader has left, or was called away. */
    signal: AbortSignal,
  ) {
    const stop = new AbortController();
    this.source = source;
    const upstream = source.open(stop.signal);
    this.iterator = upstream[Symbol.asyncIterator]();
    this.ending = upstream.response();
    // It may fail when nobody reads: then whoever asks next must not find it.
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

  /** The events after those, never an empty list; `undefined` at the end. Throws what the stream threw. */
  async after(seen: number): Promise<readonly Event[] | undefined> {
    for (;;) {
      if (this.events.length > seen) return this.events.slice(seen);
      if (this.failure !== undefined) throw this.failure.error;
      if (this.isOver) return undefined;
      await (this.reading ??= this.read());
    }
  }

  /** Those that were read first. */
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
