import type { RunEvent } from '@majordomo/agent/durable';
import type { Clock, ToolCallPart } from '@majordomo/core';
import { EventSource, type SourceResult, type UiEvent } from './events.ts';
import { stepEvents, turnEvents } from './shown-chunks.ts';
import type { UiEvents, UiInput, UiOptions } from './types.ts';

type Durable = NonNullable<UiOptions['durable']>;

/** Interval at which the waiting calls are read again after the client sent a decision, in milliseconds. */
const RETRY_MS = 100;
/** Time to wait for events that are still in transit when calls wait for a decision, in milliseconds. */
const GRACE_MS = 500;

/** Events of a watched run. The run's result replaces missed events. The events end when calls wait for a decision. */
export class DurableSource extends EventSource {
  private readonly durable: Durable;
  private readonly clock: Clock;
  private awaiting: readonly ToolCallPart[] = [];
  private readonly shownCalls = new Set<string>();

  constructor(events: UiEvents, input: UiInput | undefined, durable: Durable, clock: Clock) {
    super(events, input);
    this.durable = durable;
    this.clock = clock;
  }

  override async *events(): AsyncGenerator<UiEvent, void> {
    const { steps } = this.input;
    const events = this.open() as AsyncIterator<RunEvent>;
    const waiting = this.waitForCalls();
    let step = steps;
    let isIncomplete = false;
    for (;;) {
      const next = await Promise.race([events.next(), waiting]);
      if (next === 'waiting') {
        // The encoder shows the calls of sub-agents, whose ids are paths.
        const calls = this.awaiting.filter(({ id }) => !this.shownCalls.has(id) && !id.includes('/'));
        if (calls.length > 0) yield* stepEvents({ role: 'assistant', parts: calls }, Math.max(step, 1));
        return;
      }
      if (next.done === true) break;
      const { value } = next;
      if (value.type === 'missed') {
        // A page that continues a message already shows the events before the decision.
        if (step === steps && step > 0) continue;
        if (this.durable.result === undefined) yield value;
        isIncomplete = true;
        yield { type: 'reset', step };
      }
      // After a gap, the content of the result replaces the content of the events.
      if (isIncomplete || isShown(value, steps)) continue;
      const event = value.type === 'event' ? value.event : value;
      if (event.type === 'step-start') ({ step } = event);
      if (event.type === 'model' && event.event.type === 'part-end' && event.event.part.type === 'tool-call')
        this.shownCalls.add(event.event.part.id);
      yield event;
    }
    if (isIncomplete) yield* turnEvents((await this.result()).messages, Math.max(step - 1, steps));
  }

  override async result(): Promise<SourceResult> {
    const { awaiting } = this;
    // The run continues when the page disconnects.
    const result = this.isClosed || awaiting.length > 0 ? undefined : await this.durable.result?.();
    return { messages: result?.messages ?? this.input.messages, awaiting };
  }

  /** Resolves when calls wait and their events have had time to arrive. Never resolves if the run ends. */
  private async waitForCalls(): Promise<'waiting'> {
    const answered = new Set(this.input.decisions.map(({ callId }) => callId));
    while (!this.isClosed) {
      const calls = (await this.durable.awaiting?.().catch(() => [])) ?? [];
      if (calls.length === 0) break;
      const unanswered = calls.filter(({ id }) => !answered.has(id));
      if (unanswered.some(({ id }) => !this.shownCalls.has(id))) await this.pause(GRACE_MS);
      this.awaiting = unanswered;
      if (unanswered.length > 0) return 'waiting';
      await this.pause(RETRY_MS);
    }
    return new Promise(() => undefined);
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.timer(ms, resolve, true));
  }
}

/** Whether the page already shows the event. False for results, because the page ignores repeated results. */
const isShown = (value: RunEvent, steps: number): boolean =>
  'step' in value && value.step <= steps && !(value.type === 'event' && value.event.type === 'tool-end');
