import type { Answer } from '../stream/accumulator.ts';
import type { WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChainDeps } from './contract.ts';
import type { AttemptTimers } from './timers.ts';

/** Result of one read from an attempt. */
export type Step<Event extends object> =
  /** Events for the caller. The list is empty until the first content arrives. */
  | { readonly type: 'events'; readonly events: readonly Event[] }
  /** Last events of the attempt. */
  | { readonly type: 'finished'; readonly events: readonly Event[] }
  | { readonly type: 'failed'; readonly error: unknown };

interface ReaderOptions<Event extends object> {
  readonly target: string;
  readonly timers: AttemptTimers;
  readonly waitUntil: WaitUntil | undefined;
  readonly answer: Pick<Answer<Event, unknown>, 'push' | 'opening'>;
  /** Returns an error if the finished answer is a failure, such as an empty answer. Otherwise, returns `undefined`. */
  answerError(): LlmError | undefined;
  /** Sends the request and begins to read the stream. */
  open(signal: AbortSignal): OpenedStream<Event>;
}

type Pulled<Event> = IteratorResult<Event | readonly Event[]>;

/** Reads the stream of one attempt. Buffers its events until the first content arrives, which commits the attempt. */
export class AttemptReader<Event extends object> {
  /** Whether the attempt is committed: its first content has arrived, and events are no longer buffered. */
  isCommitted = false;
  private readonly options: ReaderOptions<Event>;
  private readonly controller = new AbortController();
  private buffered: Event[] = [];
  private steps: AsyncIterator<Event | readonly Event[]> | undefined;
  private stopError: LlmError | undefined;
  private isClosed = false;
  private resolveStep: ((step: Step<Event>) => void) | undefined;

  constructor(options: ReaderOptions<Event>) {
    this.options = options;
  }

  /** Whether the attempt was stopped after it had called the provider. */
  get isCutOff(): boolean {
    return this.stopError !== undefined && this.steps !== undefined;
  }

  /** Reads the next step. Never rejects. A failure is a step of type `failed`, after which the attempt calls `close`. */
  readStep(): Promise<Step<Event>> {
    this.options.timers.startWait();
    return new Promise(this.wait);
  }

  /** Stops reading. A pending step fails with this error, and the request is aborted. Later calls have no effect. */
  stop(error: LlmError): void {
    if (this.stopError !== undefined) return;
    this.stopError = error;
    this.controller.abort(error);
    this.resolveStep?.({ type: 'failed', error });
    this.close();
  }

  /** Closes the provider's iterator without waiting, because a provider that hangs must not delay the call. */
  close(): void {
    this.options.timers.stop();
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      // An iterator that is not a generator may return a value that is not a promise, or throw.
      const cleanUp = Promise.resolve(this.steps?.return?.()).catch(() => undefined);
      this.options.waitUntil?.(cleanUp);
    } catch {
      // A failed clean-up does not change the result of the attempt.
    }
  }

  /**
   * Waits for the next step with callbacks, because `await` would create more promises for every event of a stream. `stop` ends
   * the wait at once, even if the provider never responds.
   */
  private readonly wait = (resolve: (step: Step<Event>) => void): void => {
    if (this.stopError !== undefined) {
      resolve({ type: 'failed', error: this.stopError });
      return;
    }
    this.resolveStep = resolve;
    try {
      this.pull().then(this.onPulled, this.onError);
    } catch (error) {
      this.onError(error);
    }
  };

  private pull(): Promise<Pulled<Event>> {
    // An iterator that is not a generator may return its step without a promise.
    if (this.steps !== undefined) return Promise.resolve(this.steps.next());
    const { steps, first } = this.options.open(this.controller.signal);
    this.steps = steps;
    return Promise.resolve(first);
  }

  private readonly onPulled = (pulled: Pulled<Event>): void => {
    if (this.stopError !== undefined) return;
    this.options.timers.endWait();
    try {
      this.resolveStep?.(this.stepOf(pulled));
    } catch (error) {
      this.onError(error);
    }
  };

  /** Handles an error of the provider. After `stop`, the step fails with the error of `stop`, which caused this error. */
  private readonly onError = (error: unknown): void => {
    this.resolveStep?.({ type: 'failed', error: this.stopError ?? error });
  };

  private stepOf(pulled: Pulled<Event>): Step<Event> {
    const { target, answer } = this.options;
    if (pulled.done === true) {
      const error = new LlmError(
        'truncated',
        `${target} ended the stream without a finish event; error.details.partial contains the content that arrived`,
      );
      return { type: 'failed', error };
    }
    const events = eventsOf(pulled.value);
    let hasContent = this.isCommitted;
    for (const [at, event] of events.entries()) {
      const meaning = answer.push(event);
      if (meaning === 'finish') return this.finish(events.slice(0, at + 1));
      if (meaning === 'content') hasContent = true;
    }
    return { type: 'events', events: this.release(events, hasContent) };
  }

  private finish(events: readonly Event[]): Step<Event> {
    this.close();
    const error = this.options.answerError();
    if (error !== undefined) return { type: 'failed', error };
    return { type: 'finished', events: this.release(events, true) };
  }

  /** Returns the events for the caller. Before the first content, buffers them and returns none. */
  private release(events: readonly Event[], hasContent: boolean): readonly Event[] {
    if (this.isCommitted) return events;
    this.buffered.push(...events);
    if (!hasContent) return [];
    const { buffered } = this;
    this.buffered = [];
    this.isCommitted = true;
    this.options.timers.commit();
    // A chat, for example, begins with its `start` event and the warnings of its preparation.
    return this.options.answer.opening(buffered);
  }
}

/** Returns the events of one step of a stream, which is an event or a list of events. */
export const eventsOf = <Event extends object>(step: Event | readonly Event[]): readonly Event[] =>
  isList(step) ? step : [step];

const isList = <Event extends object>(step: Event | readonly Event[]): step is readonly Event[] =>
  Array.isArray(step);

/** Stream whose first step has been requested. */
export interface OpenedStream<Event extends object> {
  readonly steps: AsyncIterator<Event | readonly Event[]>;
  readonly first: Promise<Pulled<Event>>;
}

/**
 * Opens a stream, and requests its first step inside the hook `around`, whose tracing context the provider's request then has. If
 * the hook opens no stream, opens it directly.
 */
export function openInHook<Event extends object>(
  around: ChainDeps['around'],
  info: AttemptInfo,
  start: () => AsyncIterator<Event | readonly Event[]>,
): OpenedStream<Event> {
  let stream: OpenedStream<Event> | undefined;
  const open = (): OpenedStream<Event> => (stream ??= openStream(start));
  try {
    // The reader receives a failure of the first step through the stream.
    around?.(info, () => open().first).catch(() => undefined);
  } catch {
    // The attempt continues without the hook.
  }
  return open();
}

function openStream<Event extends object>(
  start: () => AsyncIterator<Event | readonly Event[]>,
): OpenedStream<Event> {
  try {
    const steps = start();
    return { steps, first: steps.next() };
  } catch (error) {
    const fail = (): Promise<never> => Promise.reject(error);
    return { steps: { next: fail }, first: fail() };
  }
}
