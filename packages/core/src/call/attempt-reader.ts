import type { Answer } from '../stream/accumulator.ts';
import type { Clock, Timeouts, WaitUntil } from '../types/call-options.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChainDeps } from './call.ts';
import { type Lease, type Pace, Watch } from './timers.ts';

/** What a look at an attempt gave. */
export type Step<Event extends object> =
  /** To be shown; none while nothing is committed. */
  | { readonly type: 'events'; readonly events: readonly Event[] }
  /** The last ones. */
  | { readonly type: 'finished'; readonly events: readonly Event[] }
  | { readonly type: 'failed'; readonly error: unknown };

interface ReadingOptions<Event extends object> {
  readonly target: string;
  /** Is the answer asked for at once? */
  readonly isWhole: boolean;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  readonly waitUntil: WaitUntil | undefined;
  readonly lifeline: Lease | undefined;
  readonly pace: Pace | undefined;
  readonly answer: Pick<Answer<Event, unknown>, 'push' | 'opening' | 'characters'>;
  /** The error that the finish stands for, if it is one. */
  fault(): LlmError | undefined;
  /** Begins the stream and asks it for the first step. */
  open(signal: AbortSignal): Opened<Event>;
}

type Pulled<Event> = IteratorResult<Event | readonly Event[]>;

/**
 * Reads one attempt's stream: guards every wait by timers and abort, and holds events back until there is content, so
 * that a failure before it stays invisible.
 */
export class Reading<Event extends object> {
  /** True from the first content on: what is held back has been handed over. */
  isCommitted = false;
  private readonly options: ReadingOptions<Event>;
  private readonly controller = new AbortController();
  private readonly watch: Watch;
  private held: Event[] = [];
  private steps: AsyncIterator<Event | readonly Event[]> | undefined;
  private stopped: LlmError | undefined;
  private isClosed = false;
  private resolveStep: ((step: Step<Event>) => void) | undefined;

  constructor(options: ReadingOptions<Event>) {
    const { target, isWhole, clock, timeouts, pace, answer } = options;
    this.options = options;
    this.watch = new Watch({
      clock,
      target,
      timeouts,
      isNonStreaming: isWhole,
      pace,
      characters: () => answer.characters,
      onTimeout: (error) => {
        this.stop(error);
      },
    });
    options.lifeline?.begun(this.watch);
  }

  /** Whether it was ended from outside after the provider had been called. */
  get isCutOff(): boolean {
    return this.stopped !== undefined && this.steps !== undefined;
  }

  /** Never rejects: a failure is a step too. */
  step(): Promise<Step<Event>> {
    this.watch.wait();
    return new Promise(this.wait);
  }

  /** Ends it now: a pending step fails, the socket is closed. Safe to call twice, or after the end. */
  stop(error: LlmError): void {
    if (this.stopped !== undefined) return;
    this.stopped = error;
    this.controller.abort(error);
    this.resolveStep?.({ type: 'failed', error });
    this.close();
  }

  /** Lets the provider clean up. Not awaited: a stuck one must not hold the call. */
  close(): void {
    this.watch.stop();
    if (this.isClosed) return;
    this.isClosed = true;
    const { steps } = this;
    try {
      // A hand-written iterator may give no promise, or throw.
      const cleaned = Promise.resolve(steps?.return?.()).catch(() => undefined);
      this.options.waitUntil?.(cleaned);
    } catch {
      // Whatever the clean-up does, the attempt is over.
    }
  }

  /**
   * Written with callbacks instead of `await`: a step costs one promise, and `stop` ends the wait at once, also when the
   * provider never answers. This is the hot path of every stream.
   */
  private readonly wait = (resolve: (step: Step<Event>) => void): void => {
    if (this.stopped !== undefined) {
      resolve({ type: 'failed', error: this.stopped });
      return;
    }
    this.resolveStep = resolve;
    try {
      this.advance().then(this.stepped, this.failed);
    } catch (error) {
      this.failed(error);
    }
  };

  private advance(): Promise<Pulled<Event>> {
    // A hand-written iterator may answer at once.
    if (this.steps !== undefined) return Promise.resolve(this.steps.next());
    const { steps, first } = this.options.open(this.controller.signal);
    this.steps = steps;
    return Promise.resolve(first);
  }

  private readonly stepped = (pulled: Pulled<Event>): void => {
    if (this.stopped !== undefined) return;
    this.watch.stepped();
    try {
      this.resolveStep?.(this.read(pulled));
    } catch (error) {
      this.failed(error);
    }
  };

  /** What a stopped provider throws is only the echo of the stop. */
  private readonly failed = (error: unknown): void => {
    this.resolveStep?.({ type: 'failed', error: this.stopped ?? error });
  };

  private read(pulled: Pulled<Event>): Step<Event> {
    if (pulled.done === true) return { type: 'failed', error: this.truncated() };
    const { value } = pulled;
    return this.take(isBatch(value) ? value : [value]);
  }

  private take(events: readonly Event[]): Step<Event> {
    const { answer } = this.options;
    let hasContent = this.isCommitted;
    for (let at = 0; at < events.length; at++) {
      const meaning = answer.push(events[at] as Event);
      if (meaning === 'finish') return this.finish(events.slice(0, at + 1));
      if (meaning === 'content') hasContent = true;
    }
    return { type: 'events', events: this.isCommitted ? events : this.hold(events, hasContent) };
  }

  private finish(events: readonly Event[]): Step<Event> {
    this.close();
    const error = this.options.fault();
    if (error !== undefined) return { type: 'failed', error };
    return { type: 'finished', events: this.isCommitted ? events : this.hold(events, true) };
  }

  /** Before the first content everything is kept. */
  private hold(events: readonly Event[], hasContent: boolean): readonly Event[] {
    this.held.push(...events);
    if (!hasContent) return [];
    const { held } = this;
    this.held = [];
    this.isCommitted = true;
    this.watch.committed();
    return this.options.answer.opening(held);
  }

  private truncated(): LlmError {
    const { target } = this.options;
    return new LlmError('truncated', `${target} ended without a finish`, { target });
  }
}

const isBatch = <Event extends object>(value: Event | readonly Event[]): value is readonly Event[] =>
  Array.isArray(value);

/** A stream that was asked for its first step. */
export interface Opened<Event extends object> {
  readonly steps: AsyncIterator<Event | readonly Event[]>;
  readonly first: Promise<IteratorResult<Event | readonly Event[]>>;
}

/** Opens the stream and takes its first step inside the caller's hook; a hook that misbehaves changes nothing. */
export function openInside<Event extends object>(
  around: ChainDeps['around'],
  info: AttemptInfo | undefined,
  start: () => AsyncIterator<Event | readonly Event[]>,
): Opened<Event> {
  if (around === undefined || info === undefined) return opened(start);
  let made: Opened<Event> | undefined;
  const open = (): Opened<Event> => (made ??= opened(start));
  try {
    around(info, () => open().first).catch(() => undefined);
  } catch {
    // Whatever the hook did, the attempt continues below.
  }
  return open();
}

function opened<Event extends object>(start: () => AsyncIterator<Event | readonly Event[]>): Opened<Event> {
  try {
    const steps = start();
    return { steps, first: steps.next() };
  } catch (error) {
    const failed = (): Promise<never> => Promise.reject(error);
    return { steps: { next: failed }, first: failed() };
  }
}
