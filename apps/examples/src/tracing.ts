import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallEvent, MajordomoOptions } from '@majordomo/core';

/** What is used of a span: OpenTelemetry's has these members. */
export interface Span {
  setAttribute(name: string, value: string | number): unknown;
  end(): void;
}

/**
 * A span for each attempt: `around` runs the attempt inside it, so that what the SDK and `fetch` do is its child, and
 * the events end it.
 */
export function tracing(startSpan: (name: string) => Span): Pick<MajordomoOptions, 'around' | 'onEvent'> {
  const current = new AsyncLocalStorage<Span>();
  const open = new Map<string, Span>();
  return {
    around(attempt, run) {
      const span = startSpan(attempt.target);
      open.set(`${attempt.call.id} ${attempt.attempt}`, span);
      return current.run(span, run);
    },
    onEvent(event: CallEvent) {
      if (event.type !== 'attempt-end') return;
      const key = `${event.call.id} ${event.attempt}`;
      const span = open.get(key);
      open.delete(key);
      span?.setAttribute('outcome', event.result.error?.kind ?? event.result.outcome);
      span?.setAttribute('gen_ai.usage.input_tokens', event.result.usage?.input ?? -1);
      span?.end();
    },
  };
}
