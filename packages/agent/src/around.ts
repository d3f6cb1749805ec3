import type { ToolCallPart } from '@majordomo/core';

/** Work that `around` wraps: a run, or one tool call. */
export type AgentWork =
  | { readonly type: 'run'; readonly runId: string }
  | { readonly type: 'tool'; readonly runId: string; readonly call: ToolCallPart };

/** Runs a run and each of its tools inside it (tracing context); must call `run` once and return what it returns. */
export type Around = <T>(what: AgentWork, run: () => T) => T;

/** Runs it once, inside the hook where there is one; a hook that misbehaves changes nothing. */
export function runAround<T>(around: Around | undefined, what: AgentWork, run: () => Promise<T>): Promise<T> {
  if (around === undefined) return run();
  let running: Promise<T> | undefined;
  const once = (): Promise<T> => (running ??= run());
  try {
    Promise.resolve(around(what, once)).catch(() => undefined);
  } catch {
    // Whatever the hook did, the work continues below.
  }
  return once();
}
