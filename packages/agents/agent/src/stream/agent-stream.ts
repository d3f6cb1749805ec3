import { LlmError } from '@majordomo/core';
import type { AgentEvent, Emit } from './event.ts';
import type { RunResult } from '../loop/loop.ts';

/** Events of a run. At most one loop can read the events. `result()` can be called at any time and any number of times. */
export interface AgentStream extends AsyncIterable<AgentEvent> {
  /**
   * Returns the result of the run, also if the run paused. If no loop reads the events, the run continues and the events are
   * buffered. Rejects as `Agent.run` does, and with `aborted` if the loop ends early. Does not cause an unhandled rejection.
   */
  result(): Promise<RunResult>;
}

/** Number of events that wait for the reader, above which the run waits too. */
const MAX_WAITING = 64;
type Result = IteratorResult<AgentEvent, undefined>;
const DONE: Result = { done: true, value: undefined };

/** Run that passes its events to one reader. The run waits for a slow reader. */
export class WatchedRun implements AgentStream, AsyncIterator<AgentEvent, undefined> {
  private readonly start: (emit: Emit, signal: AbortSignal) => Promise<RunResult>;
  private readonly controller = new AbortController();
  private readonly signal: AbortSignal | undefined;
  private running: Promise<RunResult> | undefined;
  private isIterated = false;
  /** Whether `result()` was called and no loop reads the events, so that the run does not wait for a reader. */
  private isDraining = false;
  /** Whether the loop that reads the events has not ended early. */
  private isReading = true;
  private isOver = false;
  /** Events that wait for the reader. */
  private readonly events: AgentEvent[] = [];
  /** Functions that answer the calls of `next` which wait for an event. */
  private readonly readers: ((result: Result | Promise<Result>) => void)[] = [];
  /** Functions that end the run's wait for the reader. */
  private readonly releases: (() => void)[] = [];

  constructor(start: WatchedRun['start'], signal: AbortSignal | undefined) {
    this.start = start;
    this.signal = signal;
  }

  [Symbol.asyncIterator](): AsyncIterator<AgentEvent, undefined> {
    if (this.isIterated)
      throw new LlmError('config', 'the events of a run can be read only once; store them, or call result()');
    this.isIterated = true;
    this.isDraining = false;
    return this;
  }

  next(): Promise<Result> {
    void this.begin();
    const event = this.events.shift();
    if (event !== undefined) {
      if (this.events.length < MAX_WAITING) this.resume();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.isOver) return this.end();
    return new Promise((resolve) => this.readers.push(resolve));
  }

  return(): Promise<Result> {
    this.isReading = false;
    this.events.length = 0;
    this.controller.abort(new LlmError('aborted', 'the reader stopped early', { code: 'abandoned' }));
    this.resume();
    // Start the run if it has not started, so that `result()` rejects with `aborted`.
    this.begin().catch(() => undefined);
    return Promise.resolve(DONE);
  }

  result(): Promise<RunResult> {
    if (!this.isIterated) this.isDraining = true;
    return this.begin();
  }

  private begin(): Promise<RunResult> {
    if (this.running !== undefined) return this.running;
    const onAbort = (): void => {
      this.controller.abort(this.signal?.reason);
      this.resume();
    };
    this.signal?.addEventListener('abort', onAbort, { once: true });
    if (this.signal?.aborted === true) onAbort();
    const running = this.start((event) => this.deliver(event), this.controller.signal).finally(() => {
      this.signal?.removeEventListener('abort', onAbort);
      this.isOver = true;
      for (const reader of this.readers.splice(0)) reader(this.end());
    });
    this.running = running;
    // `next` and `result()` report the error. Until the caller calls one of these methods, the rejection must not be unhandled.
    running.catch(() => undefined);
    return running;
  }

  private deliver(event: AgentEvent): void | Promise<void> {
    if (!this.isReading || this.isOver) return undefined;
    const reader = this.readers.shift();
    if (reader !== undefined) {
      reader({ done: false, value: event });
      return undefined;
    }
    this.events.push(event);
    // Without a reader, or after an abort, `next` might never be called, so do not wait for the call.
    if (this.isDraining || this.events.length <= MAX_WAITING || this.controller.signal.aborted)
      return undefined;
    return new Promise((resolve) => this.releases.push(resolve));
  }

  private resume(): void {
    for (const release of this.releases.splice(0)) release();
  }

  /** Returns the end of the events. Rejects with the error of the run, unless the loop has ended early. */
  private async end(): Promise<Result> {
    if (this.isReading) await this.running;
    return DONE;
  }
}
