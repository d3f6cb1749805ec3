import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallEvent, MajordomoOptions } from '@majordomo/core';

/** Members of a span that this example uses. OpenTelemetry's spans have them. */
export interface Span {
  setAttribute(name: string, value: string | number): unknown;
  end(): void;
}

/**
 * Creates a span for each attempt. `around` runs the attempt in the span, so that spans of the SDK and of `fetch` become
 * its children. The event `attempt-end` ends the span.
 */
export function tracing(startSpan: (name: string) => Span): Pick<MajordomoOptions, 'around' | 'onEvent'> {
  const current = new AsyncLocalStorage<Span>();
  const open = new Map<string, Span>();
  return {
    around(attempt, run) {
      const span = startSpan(attempt.target);
      open.set(`${attempt.call.id}/${attempt.target}/${attempt.attempt}`, span);
      return current.run(span, run);
    },
    onEvent(event: CallEvent) {
      if (event.type !== 'attempt-end') return;
      const key = `${event.call.id}/${event.result.target}/${event.attempt}`;
      const span = open.get(key);
      open.delete(key);
      span?.setAttribute('outcome', event.result.error?.kind ?? event.result.outcome);
      // -1: the vendor reported no usage.
      span?.setAttribute('gen_ai.usage.input_tokens', event.result.usage?.input ?? -1);
      span?.end();
    },
  };
}
