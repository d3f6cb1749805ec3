import { LlmError, type PartialResponse } from '@majordomo/core';
import { copyWithCallSite, isPlain, type CallSite, type Ending, type Source } from '@majordomo/core/toolkit';
import type { JoinedFlight } from './flights.ts';
import { ABANDONED, type TeeStream } from './tee-stream.ts';

/** Source of a stream: a stored response, or a response in progress. */
export type OpenedStream<Event, Response> =
  | { readonly stored: Response; readonly events: readonly Event[] }
  | { readonly shared: TeeStream<Event, Response> };

/** View of a response for calls that did not send the request. */
export interface SharedView<Event, Response> {
  event(event: Event): Event;
  response(response: Response): Response;
  /** Returns the part of the response that was read before an abort. */
  partial(events: readonly Event[]): PartialResponse | undefined;
}

/** Options of one reader. */
interface ReaderOptions<Event, Response> {
  /** Call site of the application. */
  readonly site: CallSite;
  readonly signal: AbortSignal | undefined;
  /** View of the stream. `undefined`: the reader receives the stream unchanged. */
  readonly view: SharedView<Event, Response> | undefined;
}

/** Reader of a shared stream. The first read starts or joins the stream. */
export class Reader<Event, Response> implements Source<Event> {
  private readonly open: () => Promise<JoinedFlight<OpenedStream<Event, Response>>>;
  private readonly reading: ReaderOptions<Event, Response>;
  private readonly onEnd: (ending: Ending<Response>) => void;
  private opening: Promise<JoinedFlight<OpenedStream<Event, Response>>> | undefined;
  private shared: TeeStream<Event, Response> | undefined;
  private readCount = 0;
  private isOver = false;
  private isPulling = false;
  /** Result of an abort that occurred between two reads. The next read returns this result. */
  private last: Promise<readonly Event[] | undefined> | undefined;

  constructor(
    open: () => Promise<JoinedFlight<OpenedStream<Event, Response>>>,
    reading: ReaderOptions<Event, Response>,
    onEnd: (ending: Ending<Response>) => void,
  ) {
    this.open = open;
    this.reading = reading;
    this.onEnd = onEnd;
  }

  async pull(): Promise<readonly Event[] | undefined> {
    if (this.last === undefined) return this.pullNext();
    const last = await this.last;
    this.last = undefined;
    return last;
  }

  abandon(why: string): void {
    // An abort of the signal has already ended this reader.
    if (this.isOver || this.reading.signal?.aborted === true) return;
    this.end();
    this.leave(why).catch((error: unknown) => {
      this.onEnd({ error: this.withCallSite(error) });
    });
  }

  private async pullNext(): Promise<readonly Event[] | undefined> {
    this.isPulling = true;
    try {
      const events = await this.next();
      if (events === undefined) this.end();
      return events;
    } catch (error) {
      this.end();
      throw this.withCallSite(error);
    } finally {
      this.isPulling = false;
    }
  }

  /** Handles an abort between two reads. A read in progress handles an abort itself. */
  private readonly onAbort = (): void => {
    if (this.isPulling || this.isOver) return;
    this.last = this.rest();
    this.last.catch((error: unknown) => {
      this.onEnd({ error });
    });
  };

  /** Returns the remaining events. Throws if a read fails, for example because of the abort. */
  private async rest(): Promise<readonly Event[] | undefined> {
    const events: Event[] = [];
    for (let next = await this.pullNext(); next !== undefined; next = await this.pullNext())
      events.push(...next);
    return events.length > 0 ? events : undefined;
  }

  private begin(): Promise<JoinedFlight<OpenedStream<Event, Response>>> {
    this.reading.signal?.addEventListener('abort', this.onAbort, { once: true });
    return this.open();
  }

  private end(): void {
    this.isOver = true;
    this.reading.signal?.removeEventListener('abort', this.onAbort);
  }

  private async next(): Promise<readonly Event[] | undefined> {
    const { signal } = this.reading;
    const { flight, isFirst } = await (this.opening ??= this.begin());
    const opened = await flight.waitFor(flight.result, signal, this.partial);
    if ('stored' in opened) {
      if (this.readCount++ > 0) return undefined;
      const { stored, events } = copyData(opened);
      this.onEnd({ result: stored });
      return events;
    }
    const { shared } = opened;
    this.shared = shared;
    const events = await flight.waitFor(shared.after(this.readCount), signal, this.partial);
    this.readCount += events?.length ?? 0;
    if (shared.response !== undefined) this.onEnd({ result: this.viewOf(isFirst, shared.response) });
    const { view } = this.reading;
    // Without a view, no other call reads the events, so they need no copy.
    if (view === undefined) return events;
    return copyData(events)?.map((event) => (isFirst ? event : view.event(event)));
  }

  private viewOf(isFirst: boolean, response: Response): Response {
    const { view } = this.reading;
    if (view === undefined) return response;
    return isFirst ? copyData(response) : view.response(response);
  }

  /** Leaves the stream. The last reader waits for the response of the model. Other readers throw `aborted`. */
  private async leave(why: string): Promise<void> {
    const left = new LlmError('aborted', why, { code: ABANDONED, partial: this.partial() });
    const joined = await this.opening;
    if (joined?.flight.leave(left) !== true) throw left;
    const opened = await joined.flight.result;
    if ('stored' in opened) throw left;
    this.onEnd({ result: this.viewOf(joined.isFirst, await opened.shared.ending) });
  }

  /** Adds the stack frames of the application to an error. */
  private withCallSite(error: unknown): unknown {
    return copyWithCallSite(this.reading.site, error);
  }

  private readonly partial = (): PartialResponse | undefined =>
    this.shared && this.reading.view?.partial(this.shared.first(this.readCount));
}

/**
 * Returns a deep copy of plain data, including bytes. Other objects, such as errors or schemas of a library,
 * are not copied.
 */
function copyData<T>(value: T): T;
function copyData(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map((item) => copyData<unknown>(item));
  if (!isPlain(value) || '~standard' in value) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, copyData<unknown>(member)]));
}
