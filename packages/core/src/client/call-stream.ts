import type { Outcome } from '../chain/call.ts';
import type { CallRun } from '../chain/call-run.ts';
import type { Clock } from '../contract/clock.ts';
import type { ModelEvent, StreamEvent } from '../contract/event.ts';
import { LlmError } from '../contract/llm-error.ts';
import type { ChatStream } from '../contract/majordomo.ts';
import type { ChatResponse } from '../contract/response.ts';
import { Unread } from './unread.ts';

type ChatRun = CallRun<ModelEvent, ChatResponse>;
type ChatOutcome = Outcome<ChatResponse>;
type Result = IteratorResult<StreamEvent, undefined>;

const DONE: Result = { done: true, value: undefined };
const LEFT = 'the reader left before the end';

/** How a stream is read. */
interface Reading {
  readonly clock: Clock;
  readonly unreadMs: number;
  readonly restarts: boolean;
}

/**
 * Hands a call's batches to one reader, event by event: an event of a batch costs a resolved promise, no generator.
 * The call begins with the first read. Reads that overlap take turns; after the end every read is answered.
 */
export class CallStream implements ChatStream, AsyncIterator<StreamEvent, undefined> {
  private readonly begin: (onEnd: (outcome: ChatOutcome) => void) => ChatRun;
  private readonly unread: Unread;
  /** May what was read be taken back? */
  private readonly restarts: boolean;
  private call: ChatRun | undefined;
  private isIterated = false;
  private batch: readonly StreamEvent[] = [];
  private at = 0;
  /** Reads under way. */
  private reads = 0;
  private lastRead: Promise<Result> | undefined;
  private isOver = false;
  private outcome: ChatOutcome | undefined;
  private readonly waiting: { resolve(response: ChatResponse): void; reject(error: unknown): void }[] = [];

  constructor(
    begin: (onEnd: (outcome: ChatOutcome) => void) => ChatRun,
    { clock, unreadMs, restarts }: Reading,
  ) {
    this.begin = begin;
    this.restarts = restarts;
    this.unread = new Unread(clock, unreadMs, (ms) => {
      this.call?.abandon(`nobody has read the stream for ${ms} ms`);
    });
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    if (this.isIterated)
      throw new LlmError('config', 'a stream is read once: keep its events, or its response()');
    this.isIterated = true;
    return this;
  }

  next(): Promise<Result> {
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
  return(): Promise<Result> {
    this.leave();
    return Promise.resolve(DONE);
  }

  /** As a generator would: the reader leaves, and hears its own error. */
  throw(error: unknown): Promise<Result> {
    this.leave();
    return Promise.reject(error);
  }

  response(): Promise<ChatResponse> {
    if (!this.isIterated) {
      this.isIterated = true;
      void this.drain();
    }
    const { outcome } = this;
    if (outcome === undefined)
      return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    return 'result' in outcome ? Promise.resolve(outcome.result) : Promise.reject(outcome.error);
  }

  get textStream(): AsyncIterable<string> {
    if (this.restarts)
      throw new LlmError(
        'config',
        "textStream cannot take text back: with afterCommit 'restart' read the events",
      );
    // A generator that waits for its next event would leave only after it.
    return Object.assign(texts(this), { return: () => this.return() });
  }

  private readonly nextRead = (): Promise<Result> => this.read();

  private async read(): Promise<Result> {
    try {
      const event = this.batch[this.at];
      if (event !== undefined) {
        this.at++;
        return { done: false, value: event };
      }
      if (this.isOver) return DONE;
      this.unread.pause();
      this.call ??= this.begin(this.settle);
      return this.take(await this.call.pull());
    } catch (error) {
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

  private take(batch: readonly StreamEvent[] | undefined): Result {
    const first = batch?.[0];
    if (batch === undefined || first === undefined || this.isOver) {
      this.end();
      return DONE;
    }
    this.batch = batch;
    this.at = 1;
    return { done: false, value: first };
  }

  private leave(): void {
    this.end();
    this.call?.abandon(LEFT);
    this.settle({ error: new LlmError('aborted', LEFT, { code: 'abandoned' }) });
  }

  private end(): void {
    this.isOver = true;
    this.batch = [];
    this.unread.stop();
  }

  private async drain(): Promise<void> {
    try {
      while ((await this.next()).done !== true) this.at = this.batch.length;
    } catch {
      // response() rejects with it.
    }
  }

  /** The first outcome counts. */
  private readonly settle = (outcome: ChatOutcome): void => {
    this.unread.stop();
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    for (const waiter of this.waiting.splice(0)) {
      if ('result' in outcome) waiter.resolve(outcome.result);
      else waiter.reject(outcome.error);
    }
  };
}

async function* texts(events: AsyncIterable<StreamEvent>): AsyncGenerator<string, undefined> {
  for await (const event of events) if (event.type === 'text-delta') yield event.text;
  return undefined;
}
