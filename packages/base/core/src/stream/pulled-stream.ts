import type { Clock } from '../types/call-options.ts';
import type { ChatResponse, StreamEvent } from '../types/response.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChatStream } from '../types/majordomo.ts';

/** Source of the events of a stream. */
export interface Source<Event> {
  /** Returns at least one event, or `undefined` at the end. Rejects with the error that ends the stream. */
  pull(): Promise<readonly Event[] | undefined>;
  /** Cancels the source because the reader has stopped reading. The source reports its ending as usual, possibly later. */
  abandon(why: string): void;
}

/** Returns a source that waits until another source is loaded, and then pulls from it. */
export const loadedSource = <Event>(loading: Promise<Source<Event>>): Source<Event> => ({
  pull: async () => (await loading).pull(),
  abandon: (why) => {
    loading.then(
      (source) => {
        source.abandon(why);
      },
      () => undefined,
    );
  },
});

/**
 * Ending of a stream. A source reports its ending, even if nothing pulls the source any longer. The rejection of `pull` is also
 * an ending. Only the first ending counts.
 */
export type Ending<Response> = { readonly result: Response } | { readonly error: unknown };

type Begin<Event, Response> = (onEnd: (ending: Ending<Response>) => void) => Source<Event>;
type Result<Event> = IteratorResult<Event, undefined>;

const DONE: Result<never> = { done: true, value: undefined };
const LEFT = 'the reader left before the end';

/**
 * Stream of a source's events for one reader. The source starts at the first read or `response()`. Concurrent reads wait in
 * order. After the end, every read resolves as done. A read of an event that has arrived creates only a resolved promise.
 */
export class PulledStream<Event, Response> implements AsyncIterator<Event, undefined> {
  private readonly begin: Begin<Event, Response>;
  private readonly unread: UnreadTimer;
  private source: Source<Event> | undefined;
  private isIterated = false;
  /** Settles when `response()`, which was called before an iteration, has read all events or an iteration has begun. */
  private drained: Promise<void> | undefined;
  /** Events that have arrived. The reader has received the events before the index `at`. */
  private batch: readonly Event[] = [];
  private at = 0;
  /** Number of reads that wait for the source. */
  private reads = 0;
  /** Latest read or pull. The next read waits for it, so that the source is pulled only once at a time. */
  private lastPull: Promise<unknown> | undefined;
  private isOver = false;
  /** Error of the source that the reader has not received yet. */
  private failure: { readonly error: unknown } | undefined;
  private ending: Ending<Response> | undefined;
  private readonly waiting: { resolve(response: Response): void; reject(error: unknown): void }[] = [];

  /** @param unreadMs maximum time that arrived events wait for the reader, in milliseconds; `Infinity` disables the limit */
  constructor(begin: Begin<Event, Response>, clock: Clock, unreadMs: number) {
    this.begin = begin;
    this.unread = new UnreadTimer(clock, unreadMs, (ms) => {
      this.source?.abandon(`the stream was not read for ${ms} ms; read it, or raise timeouts.unreadMs`);
    });
  }

  /** Returns the only iterator. A second call throws `config`. */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    if (this.isIterated)
      throw new LlmError('config', 'a stream can be read only once; store its events, or call response()');
    this.isIterated = true;
    return this;
  }

  /** Returns the next event. If the source failed, one read rejects with its error. Later reads resolve as done. */
  next(): Promise<Result<Event>> {
    this.unread.touch();
    if (this.reads === 0) {
      const event = this.batch[this.at];
      if (event !== undefined) {
        this.at++;
        return Promise.resolve({ done: false, value: event });
      }
      if (this.isOver && this.failure === undefined) return Promise.resolve(DONE);
    }
    this.reads++;
    const read = this.lastPull === undefined ? this.read() : this.lastPull.then(this.nextRead, this.nextRead);
    this.lastPull = read;
    return read;
  }

  /** Ends the reading. If the source has not ended, the call is abandoned. */
  return(): Promise<Result<Event>> {
    this.end();
    this.batch = [];
    this.failure = undefined;
    // A source that has begun reports its ending itself.
    if (this.source === undefined)
      this.settle({ error: new LlmError('aborted', LEFT, { code: 'abandoned' }) });
    else this.source.abandon(LEFT);
    return Promise.resolve(DONE);
  }

  /** Ends the reading and rejects with the error, as the `throw` method of a generator does. */
  throw(error: unknown): Promise<Result<Event>> {
    void this.return();
    return Promise.reject(error);
  }

  /** Resolves with the source's result. If no iteration has begun, reads all events and stores them for a later iteration. */
  response(): Promise<Response> {
    if (!this.isIterated) this.drained ??= this.drain();
    const response = this.drained === undefined ? this.settled() : this.drained.then(() => this.settled());
    // Mark the rejection as handled, because the loop throws the same error and an application need not await both.
    response.catch(() => undefined);
    return response;
  }

  private settled(): Promise<Response> {
    const { ending } = this;
    if (ending === undefined) return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    return 'result' in ending ? Promise.resolve(ending.result) : Promise.reject(ending.error);
  }

  private readonly nextRead = (): Promise<Result<Event>> => this.read();

  private async read(): Promise<Result<Event>> {
    try {
      if (this.at >= this.batch.length && !this.isOver) {
        const events = await this.pull();
        this.batch = events;
        this.at = 0;
      }
      const event = this.batch[this.at];
      if (event !== undefined) {
        this.at++;
        return { done: false, value: event };
      }
      const { failure } = this;
      this.failure = undefined;
      if (failure !== undefined) throw failure.error;
      return DONE;
    } finally {
      this.reads--;
      if (this.reads === 0) this.lastPull = undefined;
      if (!this.isOver) this.unread.resume();
    }
  }

  /** Returns the next events, or an empty list at the end. An error is stored for the reader. */
  private async pull(): Promise<readonly Event[]> {
    try {
      this.unread.pause();
      this.source ??= this.begin(this.settle);
      const events = await this.source.pull();
      if (events !== undefined && !this.isOver) return events;
    } catch (error) {
      this.settle({ error });
      // A reader that has stopped reading receives no errors.
      if (!this.isOver) this.failure = { error };
    }
    this.end();
    return [];
  }

  private end(): void {
    this.isOver = true;
    this.unread.stop();
  }

  /** Reads the stream into `batch`, from which a later iteration reads all events. Stops when an iteration begins. */
  private async drain(): Promise<void> {
    const events: Event[] = [];
    this.batch = events;
    while (!this.isIterated && !this.isOver) {
      this.lastPull = this.pull().then((pulled) => events.push(...pulled));
      await this.lastPull;
    }
    if (!this.isOver && this.reads === 0) this.unread.resume();
  }

  /** Reports the ending of the source. Later endings are ignored. */
  private readonly settle = (ending: Ending<Response>): void => {
    this.unread.stop();
    if (this.ending !== undefined) return;
    this.ending = ending;
    for (const waiter of this.waiting.splice(0)) {
      if ('result' in ending) waiter.resolve(ending.result);
      else waiter.reject(ending.error);
    }
  };
}

/**
 * Detector of a reader that has stopped without closing its iterator, which would keep the connection open forever. Uses one
 * timer per stream. The time in which the reader waits for the source does not count.
 */
class UnreadTimer {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly onUnread: (ms: number) => void;
  /** Start of the time without a read, in epoch milliseconds; `undefined` while the measurement is paused. */
  private since: number | undefined;
  /** Whether the reader has read since the timer was set. */
  private isTouched = false;
  private cancel: (() => void) | undefined;

  constructor(clock: Clock, ms: number, onUnread: (ms: number) => void) {
    this.clock = clock;
    this.ms = ms;
    this.onUnread = onUnread;
  }

  /** Reports a read. */
  touch(): void {
    this.isTouched = true;
  }

  /** Pauses the measurement, because the reader waits for the source. */
  pause(): void {
    this.since = undefined;
  }

  /** Starts the measurement, because the reader has events to read. */
  resume(): void {
    if (this.ms === Infinity) return;
    this.since = this.clock.now();
    this.isTouched = false;
    this.cancel ??= this.clock.timer(this.ms, this.fired, { isBackground: true });
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
    this.since = undefined;
  }

  private readonly fired = (): void => {
    this.cancel = undefined;
    if (this.since === undefined) return;
    const now = this.clock.now();
    if (this.isTouched) this.since = now;
    this.isTouched = false;
    const leftMs = this.since + this.ms - now;
    if (leftMs > 0) this.cancel = this.clock.timer(leftMs, this.fired, { isBackground: true });
    else this.onUnread(this.ms);
  };
}

interface EventStreamOptions {
  readonly clock: Clock;
  /** Time in milliseconds after which a stream that nobody reads fails. */
  readonly unreadMs: number;
  /** Whether a `reset` may follow content that the caller has read. `textStream` is then not available. */
  readonly mayRestart: boolean;
}

/** Stream of the events of a chat. Its `textStream` contains only the text. */
export class EventStream extends PulledStream<StreamEvent, ChatResponse> implements ChatStream {
  private readonly mayRestart: boolean;

  constructor(
    begin: (onEnd: (ending: Ending<ChatResponse>) => void) => Source<StreamEvent>,
    { clock, unreadMs, mayRestart }: EventStreamOptions,
  ) {
    super(begin, clock, unreadMs);
    this.mayRestart = mayRestart;
  }

  get textStream(): AsyncIterable<string> {
    if (this.mayRestart)
      throw new LlmError(
        'config',
        "textStream is not available with afterCommit 'restart', which may replace text; read the events instead",
      );
    // Replace the generator's `return`, which would wait for the next event.
    return Object.assign(textOf(this), { return: () => this.return() });
  }
}

async function* textOf(events: AsyncIterable<StreamEvent>): AsyncGenerator<string, undefined> {
  for await (const event of events) {
    if (event.type === 'text-delta') yield event.text;
    // The answer begins again, but the text stream cannot remove text that the caller has read.
    else if (event.type === 'reset') throw event.error;
  }
  return undefined;
}
