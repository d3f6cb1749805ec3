import type { ToolCallPart } from '@majordomo/core';
import { runInside } from '@majordomo/core/toolkit';

/** Work that `around` wraps: a run or a tool call. */
export type AgentWork =
  | { readonly type: 'run'; readonly runId: string }
  | { readonly type: 'tool'; readonly runId: string; readonly call: ToolCallPart };

/** Function that wraps a run and each of its tool calls, for example in a tracing context. Must return the result of `run`. */
export type Around = <T>(what: AgentWork, run: () => T) => T;

/** Calls `run` once, inside the hook if a hook exists. Runs the work even if the hook throws or does not call `run`. */
export function runAround<T>(around: Around | undefined, what: AgentWork, run: () => Promise<T>): Promise<T> {
  return around === undefined ? run() : runInside((once) => around(what, once), run);
}
