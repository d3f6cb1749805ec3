import type { JsonValue } from '@majordomo/core';
import type { Journal } from '../../src/durable.ts';

/** Store of step results: a workflow engine, a table or a file. */
export interface Steps {
  step<T>(name: string, effect: () => Promise<T>): Promise<T>;
}

/** Returns a journal of the run `r` over stored steps. */
export const journalOver = (
  { step }: Steps,
  decide: (callId: string) => Promise<JsonValue> = () =>
    Promise.reject(new Error('this journal has no decisions')),
): Journal => ({
  runId: 'r',
  signal: new AbortController().signal,
  step,
  decision: (call, name) => step(name, async () => (await decide(call.id)) as never),
});
