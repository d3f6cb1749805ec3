import { context, createContextKey, type Context } from '@opentelemetry/api';

const COUNTS = createContextKey('majordomo: counts of a run');

/** Numbers of calls in a run of an agent. A run inside of a tool has separate numbers. */
export interface RunCounts {
  /** Requests to models, including retries. */
  inferenceCalls: number;
  toolCalls: number;
}

/** Returns a context in which `currentRunCounts` finds the counts. */
export const withRunCounts = (parent: Context, counts: RunCounts): Context => parent.setValue(COUNTS, counts);

/** Returns the counts of the current run, or `undefined` outside of a run or without a context manager. */
export const currentRunCounts = (): RunCounts | undefined =>
  context.active().getValue(COUNTS) as RunCounts | undefined;

/** Counts a tool call of the current run. */
export function countToolCall(): void {
  const counts = currentRunCounts();
  if (counts !== undefined) counts.toolCalls++;
}
