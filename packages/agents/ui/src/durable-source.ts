import type { RunEvent } from '@majordomo/agent/durable';
import type { Clock, ToolCallPart } from '@majordomo/core';
import { closable, uiEvent, type EventSource, type SourceInput, type UiEvent } from './events.ts';
import { stepEvents, turnEvents } from './shown-chunks.ts';
import { isCall } from './steps.ts';
import type { UiEvents, UiOptions } from './types.ts';

/** Interval at which the waiting calls are read again until the client's decision has taken effect, in milliseconds. */
const RETRY_MS = 100;
/** Time to wait for events that are still in transit when calls wait for a decision, in milliseconds. */
const GRACE_MS = 500;

/** Returns the source of a watched run. Its result replaces missed events. The events end when calls wait for a decision. */
export function durableSource(
  source: UiEvents,
  { messages, steps, decisions }: SourceInput,
  durable: NonNullable<UiOptions['durable']>,
  clock: Clock,
): EventSource {
  const { read, close } = closable(source);
  const answered = new Set(decisions.map(({ callId }) => callId));
  const shownCalls = new Set<string>();
  let awaiting: readonly ToolCallPart[] = [];
  let isClosed = false;

  async function* events(): AsyncGenerator<UiEvent, void> {
    const run = read[Symbol.asyncIterator]() as AsyncIterator<RunEvent>;
    const waiting = waitForCalls();
    let step = steps;
    let isIncomplete = false;
    for (;;) {
      const next = await Promise.race([run.next(), waiting]);
      if (next === 'waiting') {
        // Omit the calls inside sub-agents, whose ids are paths. The encoder shows these calls.
        const calls = awaiting.filter(({ id }) => !shownCalls.has(id) && !id.includes('/'));
        // Before the first step has started, the calls are those of step 1.
        if (calls.length > 0) yield* stepEvents({ role: 'assistant', parts: calls }, Math.max(step, 1));
        return;
      }
      if (next.done === true) break;
      const { value } = next;
      if (value.type === 'missed') {
        // Ignore the gap. The page continues a message, so it already shows the events before the decision.
        if (step === steps && step > 0) continue;
        if (durable.result === undefined) yield value;
        isIncomplete = true;
        yield { type: 'reset', step };
      }
      // After a gap, the content of the result replaces the content of the events.
      if (isIncomplete || isShown(value, steps)) continue;
      const event = uiEvent(value);
      if (event.type === 'step-start') ({ step } = event);
      if (event.type === 'model' && event.event.type === 'part-end' && isCall(event.event.part))
        shownCalls.add(event.event.part.id);
      yield event;
    }
    // The `reset` has removed the step of the gap, so the events begin with this step.
    if (isIncomplete)
      yield* turnEvents((await durable.result?.())?.messages ?? [], Math.max(step - 1, steps));
  }

  /** Resolves when calls wait for a decision and their events have had `GRACE_MS` to arrive. Never resolves if the run ends. */
  async function waitForCalls(): Promise<'waiting'> {
    while (!isClosed) {
      const calls = (await durable.awaiting?.().catch(() => [])) ?? [];
      if (calls.length === 0) break;
      const unanswered = calls.filter(({ id }) => !answered.has(id));
      if (unanswered.some(({ id }) => !shownCalls.has(id))) await pause(GRACE_MS);
      awaiting = unanswered;
      if (unanswered.length > 0) return 'waiting';
      await pause(RETRY_MS);
    }
    return new Promise(() => undefined);
  }

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => clock.timer(ms, resolve, { isBackground: true }));

  return {
    events: events(),
    close() {
      isClosed = true;
      close();
    },
    async result() {
      // Do not wait for the result if the page has disconnected, because the run continues.
      const result = isClosed || awaiting.length > 0 ? undefined : await durable.result?.();
      return { messages: result?.messages ?? messages, awaiting };
    },
  };
}

/** Whether the page already shows the event. False for tool results, because the page ignores repeated results. */
const isShown = (value: RunEvent, steps: number): boolean =>
  'step' in value && value.step <= steps && !(value.type === 'event' && value.event.type === 'tool-end');
