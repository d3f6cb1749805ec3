import { LlmError } from '../contract/llm-error.ts';
import type { Timeouts } from '../contract/call.ts';
import type { Clock } from '../contract/clock.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { Warning } from '../contract/response.ts';
import { Accumulator } from '../stream/accumulate.ts';
import { Watch } from './watch.ts';
import { keepWarm, unused } from '../keep-warm.ts';
import { systemClock } from '../system-clock.ts';

type Step = ModelEvent | readonly ModelEvent[];

export interface AttemptOptions {
  readonly target: string;
  /** Is the answer asked for in one piece? */
  readonly whole: boolean;
  readonly clock: Clock;
  readonly timeouts: Timeouts;
  /** What was done to the request for this target; told right after `start`. */
  readonly warnings: readonly Warning[];
  /** Begins the model's stream and asks it for the first step, inside the caller's tracing context. */
  open(signal: AbortSignal): {
    readonly steps: AsyncIterator<Step>;
    readonly first: Promise<IteratorResult<Step>>;
  };
  /** The error that a finish stands for, if it is one. */
  judge(answer: Accumulator): LlmError | undefined;
}

const NOTHING: readonly ModelEvent[] = [];

/**
 * One try of one target: guards every wait by timers and abort, holds events back until there is content, and knows
 * what has arrived. A failure is thrown by `step`.
 */
export class Attempt {
  readonly answer: Accumulator;
  readonly began: number;
  /** True from the first content on: what is held back has been handed over. */
  committed = false;
  private readonly options: AttemptOptions;
  private readonly controller = new AbortController();
  private readonly watch: Watch;
  private held: ModelEvent[] = [];
  private steps: AsyncIterator<Step> | undefined;
  private stopped: LlmError | undefined;
  private resolveWait: ((events: readonly ModelEvent[]) => void) | undefined;
  private rejectWait: ((error: unknown) => void) | undefined;

  constructor(options: AttemptOptions) {
    const { target, whole, clock, timeouts } = options;
    this.options = options;
    this.answer = new Accumulator(target);
    this.began = clock.now();
    this.watch = new Watch({
      clock,
      target,
      timeouts,
      whole,
      onTimeout: (error) => {
        this.stop(error);
      },
    });
  }

  /** The next events to show; none while nothing is committed. Rejects with what ended the attempt. */
  step(): Promise<readonly ModelEvent[]> {
    this.watch.wait();
    return new Promise(this.wait);
  }

  /** Ends it now: a pending step rejects, the socket is closed. Safe to call twice, or after the end. */
  stop(error: LlmError): void {
    if (this.stopped !== undefined) return;
    this.stopped = error;
    this.controller.abort(error);
    this.rejectWait?.(error);
    this.close();
  }

  /** Lets the provider clean up. Not awaited: a stuck one must not hold the call. */
  close(): void {
    this.watch.stop();
    this.steps?.return?.().catch(() => undefined);
  }

  /** By hand and once per attempt: a step costs one promise, and a stop ends the wait at once. */
  private readonly wait = (
    resolve: (events: readonly ModelEvent[]) => void,
    reject: (error: unknown) => void,
  ): void => {
    if (this.stopped !== undefined) {
      reject(this.stopped);
      return;
    }
    this.resolveWait = resolve;
    this.rejectWait = reject;
    try {
      this.advance().then(this.stepped, this.failed);
    } catch (error) {
      this.failed(error);
    }
  };

  private readonly stepped = (step: IteratorResult<Step>): void => {
    if (this.stopped !== undefined) return;
    this.watch.stepped();
    try {
      this.resolveWait?.(this.read(step));
    } catch (error) {
      this.rejectWait?.(error);
    }
  };

  /** What a stopped provider throws is only the echo of the stop. */
  private readonly failed = (error: unknown): void => {
    this.rejectWait?.(this.stopped ?? error);
  };

  private read(step: IteratorResult<Step>): readonly ModelEvent[] {
    if (step.done === true) throw this.truncated();
    const { value } = step;
    const events: readonly ModelEvent[] = 'type' in value ? [value] : value;
    return events.length === 0 ? NOTHING : this.take(events);
  }

  private advance(): Promise<IteratorResult<Step>> {
    if (this.steps !== undefined) return this.steps.next();
    const { steps, first } = this.options.open(this.controller.signal);
    this.steps = steps;
    return first;
  }

  private take(events: readonly ModelEvent[]): readonly ModelEvent[] {
    const { answer } = this;
    let content = this.committed;
    for (let at = 0; at < events.length; at++) {
      const event = events[at] as ModelEvent;
      answer.push(event);
      if (!content) content = isContent(event);
      if (event.type === 'finish') return this.finish(events.slice(0, at + 1));
    }
    return this.committed ? events : this.hold(events, content);
  }

  private finish(events: readonly ModelEvent[]): readonly ModelEvent[] {
    this.close();
    const fault = this.options.judge(this.answer);
    if (fault !== undefined) throw fault;
    return this.committed ? events : this.hold(events, true);
  }

  /** Before the first content everything is kept, so that a failure stays invisible. */
  private hold(events: readonly ModelEvent[], content: boolean): readonly ModelEvent[] {
    for (const event of events) {
      if (this.held.length === 0) this.open(event);
      if (event.type !== 'start') this.held.push(event);
    }
    if (!content) return NOTHING;
    const held = this.held;
    this.held = [];
    this.committed = true;
    this.watch.committed();
    return held;
  }

  private open(first: ModelEvent): void {
    const { target, warnings } = this.options;
    this.held.push(first.type === 'start' ? first : { type: 'start', target, id: undefined });
    for (const warning of warnings) {
      this.held.push({ type: 'warning', warning });
      this.answer.warnings.push(warning);
    }
  }

  private truncated(): LlmError {
    const { target } = this.options;
    return new LlmError('truncated', `${target} ended without a finish`, { target });
  }
}

keepWarm(
  () =>
    new Attempt({
      target: '',
      whole: false,
      clock: systemClock,
      timeouts: {},
      warnings: [],
      open: unused,
      judge: unused,
    }),
);

/** A tool call is content from its start: one without arguments has no delta. */
function isContent(event: ModelEvent): boolean {
  switch (event.type) {
    case 'text-delta':
    case 'reasoning-delta':
    case 'args-delta':
      return true;
    case 'part-start':
      return event.part.type === 'tool-call';
    default:
      return false;
  }
}
