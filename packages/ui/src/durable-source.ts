import type { AgentEvent } from '@majordomo/agent';
import type { RunEvent } from '@majordomo/agent/durable';
import type { Clock, ToolCallPart } from '@majordomo/core';
import { EventSource, type Source, type SourceResult, type UiEvent } from './events.ts';
import { stepEvents, turnEvents } from './shown-chunks.ts';
import type { UiEvents, UiInput, UiOptions } from './types.ts';

type Durable = NonNullable<UiOptions['durable']>;
type Watched = AgentEvent | RunEvent;

/** Interval at which the waiting calls are read again after a decision was sent, in milliseconds. */
const RETRY_MS = 100;
/** Time to wait for events that are still in transit when calls wait for a decision, in milliseconds. */
const GRACE_MS = 500;

/** Reads the events of a watched run, replaces missed events with the result of the run, and ends when calls wait. */
export class DurableSource implements Source {
  isStopped = false;
  private readonly inner: EventSource;
  private readonly durable: Durable;
  private readonly input: Pick<UiInput, 'steps' | 'decisions'>;
  private readonly clock: Clock;
  private waiting: Promise<void> | undefined;
  private calls: readonly ToolCallPart[] = [];
  private pendingRead: Promise<UiEvent | undefined> | undefined;
  /** Events to return before the next one of the run. */
  private queue: UiEvent[] = [];
  private isOver = false;
  private isIncomplete = false;
  private step: number;
  private readonly shownCalls = new Set<string>();

  constructor(events: UiEvents, durable: Durable, input: UiInput | undefined, clock: Clock) {
    this.input = input ?? { steps: 0, decisions: [] };
    this.step = this.input.steps;
    this.durable = durable;
    this.clock = clock;
    this.inner = new EventSource(withoutShownSteps(events as AsyncIterable<Watched>, this.input.steps), 0);
  }

  async next(): Promise<UiEvent | undefined> {
    while (!this.isStopped) {
      const event = this.queue.shift() ?? (await this.read());
      if (event === undefined) return undefined;
      if (this.accept(event)) return event;
    }
    return undefined;
  }

  stop(): void {
    this.isStopped = true;
    this.inner.stop();
  }

  async result(): Promise<SourceResult> {
    // The run continues when the page disconnects.
    if (this.isStopped) return undefined;
    if (this.calls.length > 0) return { kind: 'waiting', calls: this.calls };
    const run = await this.durable.result?.();
    return run && { kind: 'durable', messages: run.messages };
  }

  /** Returns whether to show the event. After a gap, the content of the result replaces the content of the events. */
  private accept(event: UiEvent): boolean {
    if (event.type === 'missed') {
      // A page that continues a message already shows the events before the decision.
      if (this.step === this.input.steps && this.step > 0) return false;
      if (this.durable.result === undefined) return true;
      this.isIncomplete = true;
      if (this.step > this.input.steps) this.queue.push({ type: 'restart', step: this.step });
      return false;
    }
    if (this.isIncomplete && event.type !== 'restart' && !this.isOver) return false;
    if (event.type === 'step') this.step = event.step;
    if (event.type === 'model' && event.event.type === 'part-end' && event.event.part.type === 'tool-call')
      this.shownCalls.add(event.event.part.id);
    return true;
  }

  private async read(): Promise<UiEvent | undefined> {
    if (this.isOver) return undefined;
    this.waiting ??= this.waitForCalls();
    this.pendingRead ??= this.inner.next();
    const event = await Promise.race([this.pendingRead, this.waiting.then(() => 'waiting' as const)]);
    if (event !== 'waiting') this.pendingRead = undefined;
    if (event === 'waiting' || event === undefined) return this.end();
    return event;
  }

  private async end(): Promise<UiEvent | undefined> {
    this.isOver = true;
    this.inner.stop();
    if (this.isStopped) return undefined;
    if (this.calls.length > 0) this.queue.push(...callEvents(this.unshownCalls, this.step));
    else if (this.isIncomplete) {
      const { messages } = (await this.durable.result?.()) ?? { messages: [] };
      this.queue.push(...turnEvents(messages, Math.max(this.step - 1, this.input.steps)));
    }
    return this.queue.shift();
  }

  private get unshownCalls(): readonly ToolCallPart[] {
    return this.calls.filter(({ id }) => !this.shownCalls.has(id));
  }

  /** Resolves when calls wait and their events had time to arrive. Never resolves for a run that ends. */
  private async waitForCalls(): Promise<void> {
    const answered = new Set(this.input.decisions.map(({ callId }) => callId));
    for (;;) {
      const calls = await this.durable.awaiting?.().catch(() => []);
      // The run ended or failed, so its events end as well.
      if (calls === undefined || calls.length === 0) return new Promise(() => undefined);
      this.calls = calls.filter(({ id }) => !answered.has(id));
      if (this.isStopped || (this.calls.length > 0 && this.unshownCalls.length === 0)) return undefined;
      await this.pause(this.calls.length > 0 ? GRACE_MS : RETRY_MS);
      if (this.calls.length > 0) return undefined;
    }
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.timer(ms, resolve, true));
  }
}

/** Omits the steps that the page already shows. Results are sent again, because the page ignores repeated results. */
function withoutShownSteps(events: AsyncIterable<Watched>, steps: number): AsyncIterable<RunEvent> {
  const isShown = (event: Watched): boolean =>
    'step' in event && event.step <= steps && !(event.type === 'event' && event.event.type === 'tool-end');
  return {
    [Symbol.asyncIterator]() {
      const iterator = events[Symbol.asyncIterator]() as AsyncIterator<RunEvent>;
      return {
        async next() {
          let result = await iterator.next();
          while (result.done !== true && isShown(result.value)) result = await iterator.next();
          return result;
        },
        return: () => iterator.return?.() ?? Promise.resolve({ done: true, value: undefined }),
      };
    },
  };
}

/** Returns the events of waiting calls whose own events were not received. */
function callEvents(calls: readonly ToolCallPart[], step: number): UiEvent[] {
  if (calls.length === 0) return [];
  return stepEvents({ role: 'assistant', parts: calls }, step === 0 ? 1 : step);
}
