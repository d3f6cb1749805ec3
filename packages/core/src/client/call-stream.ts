import { LlmError } from '../contract/llm-error.ts';
import type { StreamEvent } from '../contract/event.ts';
import type { ChatStream } from '../contract/majordomo.ts';
import type { ChatResponse } from '../contract/response.ts';
import type { CallRun } from '../chain/call-run.ts';
import type { ModelEvent } from '../contract/event.ts';

type Outcome = { readonly response: ChatResponse } | { readonly error: unknown };
type Result = IteratorResult<StreamEvent, undefined>;
const DONE: Result = { done: true, value: undefined };

/**
 * Hands a call's batches to one reader, event by event: an event of a batch costs a resolved promise, no generator.
 * The call begins with the first read.
 */
export class CallStream implements ChatStream, AsyncIterator<StreamEvent, undefined> {
  private readonly begin: () => CallRun<ModelEvent, ChatResponse>;
  private call: CallRun<ModelEvent, ChatResponse> | undefined;
  private iterated = false;
  private batch: readonly StreamEvent[] = [];
  private at = 0;
  private last: Promise<Result> | undefined;
  private over = false;
  private readonly waiting: { resolve(response: ChatResponse): void; reject(error: unknown): void }[] = [];
  private outcome: Outcome | undefined;

  constructor(begin: () => CallRun<ModelEvent, ChatResponse>) {
    this.begin = begin;
  }

  [Symbol.asyncIterator](): AsyncIterator<StreamEvent, undefined> {
    if (this.iterated)
      throw new LlmError('config', 'a stream is read once: keep its events, or its response()');
    this.iterated = true;
    return this;
  }

  next(): Promise<Result> {
    const event = this.batch[this.at];
    if (event !== undefined && this.last === undefined) {
      this.at++;
      return Promise.resolve({ done: false, value: event });
    }
    // A second read while one is pending waits for it.
    const turn =
      this.last === undefined
        ? this.refill()
        : this.last.then(
            () => this.next(),
            () => DONE,
          );
    this.last = turn;
    return turn;
  }

  /** A reader that stops after the finish has a response; one that stops before it abandons the call. */
  return(): Promise<Result> {
    this.call?.abandon();
    this.batch = [];
    this.over = true;
    this.settle({ error: new LlmError('aborted', 'the reader left before the end', { code: 'abandoned' }) });
    return Promise.resolve(DONE);
  }

  response(): Promise<ChatResponse> {
    if (!this.iterated) {
      this.iterated = true;
      void this.drain();
    }
    const { outcome } = this;
    if (outcome === undefined)
      return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
    return 'response' in outcome ? Promise.resolve(outcome.response) : Promise.reject(outcome.error);
  }

  private async refill(): Promise<Result> {
    try {
      if (this.over) return DONE;
      this.call ??= this.begin();
      const batch = await this.call.pull();
      const { result: response } = this.call;
      if (response !== undefined) this.settle({ response });
      return this.take(batch);
    } catch (error) {
      this.over = true;
      this.settle({ error });
      throw error;
    } finally {
      this.last = undefined;
    }
  }

  private take(batch: readonly StreamEvent[] | undefined): Result {
    const first = batch?.[0];
    if (batch === undefined || first === undefined || this.over) {
      this.over = true;
      this.batch = [];
      return DONE;
    }
    this.batch = batch;
    this.at = 1;
    return { done: false, value: first };
  }

  private async drain(): Promise<void> {
    try {
      while ((await this.next()).done !== true) this.at = this.batch.length;
    } catch {
      // response() rejects with it.
    }
  }

  /** The first outcome counts. */
  private settle(outcome: Outcome): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    for (const waiter of this.waiting.splice(0)) {
      if ('response' in outcome) waiter.resolve(outcome.response);
      else waiter.reject(outcome.error);
    }
  }
}
