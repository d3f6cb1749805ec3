import type { Clock } from '../types/call-options.ts';
import { LlmError } from '../types/llm-error.ts';

/** Where a stream's events come from. */
export interface Source<Event> {
  /** The next events, never an empty list; `undefined` at the end. */
  pull(): Promise<readonly Event[] | undefined>;
  /**
   * The reader has left: closes what is open. The ending, with what had arrived, is told as any other, and need not be told
   * before this returns.
   */
  abandon(why: string): void;
}

/** A source that is being loaded. */
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

/** How a stream ended: told once, also when nobody pulls any more. */
export type Ending<Response> = { readonly result: Response } | { readonly error: unknown };

type Begin<Event, Response> = (onEnd: (ending: Ending<Response>) => void) => Source<Event>;
type Result<Event> = IteratorResult<Event, undefined>;

const DONE: Result<never> = { done: true, value: undefined };
const LEFT = 'the reader left before the end';

/**
 * Hands batches to one reader, event by event: an event of a batch costs a resolved promise, no generator. The source
 * begins with the first read. Reads that overlap take turns; after the end every read is answered.
 */
export class PulledStream<Event, Response> implements AsyncIterator<Event, undefined> {
  private readonly begin: Begin<Event, Response>;
  private readonly unread: Unread;
  private source: Source<Event> | undefined;
  private isIterated = false;
  private batch: readonly Event[] = [];
  private at = 0;
  /** Reads under way. */
  private reads = 0;
  private lastRead: Promise<Result<Event>> | undefined;
  private isOver = false;
  private ending: Ending<Response> | undefined;
  /** The response, where nobody reads the events. */
  private drained: Promise<Response> | undefined;
  private readonly waiting: { resolve(response: Response): void; reject(error: unknown): void }[] = [];

  /** @param unreadMs how long a reader may leave what was handed over; `Infinity`: for ever */
  constructor(begin: Begin<Event, Response>, clock: Clock, unreadMs: number) {
    this.begin = begin;
    this.unread = new Unread(clock, unreadMs, (ms) => {
      this.source?.abandon(`nobody has read the stream for ${ms} ms`);
    });
  }

  /** Once: a second iteration is a `config` error. */
  [Symbol.asyncIterator](): AsyncIterator<Event, undefined> {
    if (this.isIterated)
      throw new LlmError('config', 'a stream is read once: keep what it gives, or its response()');
    this.isIterated = true;
    return this;
  }

  /** The next event; reads that overlap take turns. Rejects with what the source throws, once. */
  next(): Promise<Result<Event>> {
    this.unread.touch();
    if (this.reads === 0) {
      const event = this.batch[this.at];
      if (event !== undefined) {
        this.at++;
        return Promise.resolve({ done: false, value: event });
      }
      if (this.isOver) return Promise.resolve(DONE);
    }
    this.reads++;
    const read = this.lastRead === undefined ? this.read() : this.lastRead.then(this.nextRead, this.nextRead);
    this.lastRead = read;
    return read;
  }

  /** A reader that stops after the finish has a response; one that stops before it abandons the call. */
  return(): Promise<Result<Event>> {
    this.end();
    // What has begun knows what has come of it.
    if (this.source === undefined)
      this.settle({ error: new LlmError('aborted', LEFT, { code: 'abandoned' }) });
    else this.source.abandon(LEFT);
    return Promise.resolve(DONE);
  }

  /** As a generator would: the reader leaves, and hears its own error. */
  throw(error: unknown): Promise<Result<Event>> {
    void this.return();
    return Promise.reject(error);
  }

  /** What the source ended with: drains what nobody reads, otherwise waits for the reader. */
  response(): Promise<Response> {
    if (!this.isIterated) {
      this.isIterated = true;
      this.drained = this.drain();
    }
    return this.drained ?? this.settled();
  }

  private settled(): Promise<Response> {
    const { ending } = this;
    if (ending === undefined) return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    return 'result' in ending ? Promise.resolve(ending.result) : Promise.reject(ending.error);
  }

  private readonly nextRead = (): Promise<Result<Event>> => this.read();

  private async read(): Promise<Result<Event>> {
    try {
      const event = this.batch[this.at];
      if (event !== undefined) {
        this.at++;
        return { done: false, value: event };
      }
      if (this.isOver) return DONE;
      this.unread.pause();
      this.source ??= this.begin(this.settle);
      return this.take(await this.source.pull());
    } catch (error) {
      this.settle({ error });
      // Whoever has left hears nothing any more.
      if (this.isOver) return DONE;
      this.end();
      throw error;
    } finally {
      this.reads--;
      if (this.reads === 0) this.lastRead = undefined;
      if (!this.isOver) this.unread.resume();
    }
  }

  private take(batch: readonly Event[] = []): Result<Event> {
    const first = batch[0];
    if (first === undefined || this.isOver) {
      this.end();
      return DONE;
    }
    this.batch = batch;
    this.at = 1;
    return { done: false, value: first };
  }

  private end(): void {
    this.isOver = true;
    this.batch = [];
    this.unread.stop();
  }

  private async drain(): Promise<Response> {
    try {
      while ((await this.next()).done !== true) this.at = this.batch.length;
    } catch {
      // The ending has it.
    }
    return this.settled();
  }

  /** The first ending counts. */
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
 * Notices when nobody reads any more: an iterator that was dropped without a word would hold its socket and its lane
 * for ever. One timer a stream; while the model is waited for, it does not count.
 */
class Unread {
  private readonly clock: Clock;
  private readonly ms: number;
  private readonly onUnread: (ms: number) => void;
  private since: number | undefined;
  /** Something of what was handed over has been read since the timer was set. */
  private isTouched = false;
  private cancel: (() => void) | undefined;

  constructor(clock: Clock, ms: number, onUnread: (ms: number) => void) {
    this.clock = clock;
    this.ms = ms;
    this.onUnread = onUnread;
  }

  /** Something is read of what has been handed over. */
  touch(): void {
    this.isTouched = true;
  }

  /** The model is waited for. */
  pause(): void {
    this.since = undefined;
  }

  /** Events were handed over: it is the reader's turn. */
  resume(): void {
    if (this.ms === Infinity) return;
    this.since = this.clock.now();
    this.isTouched = false;
    this.cancel ??= this.clock.timer(this.ms, this.fired, true);
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
    if (leftMs > 0) this.cancel = this.clock.timer(leftMs, this.fired, true);
    else this.onUnread(this.ms);
  };
}
