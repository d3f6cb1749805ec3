import type { ToolCallPart } from '@majordomo/core';
import { callsOf, type RunState } from './state.ts';

// Names of the entries of a journal. They follow from the state, never from the order in which code runs.

/** Ids that stores, headers and queues accept. A vendor's id may contain a NUL or have a megabyte. */
const PLAIN_ID = /^[!-~]{1,200}$/;

/** Returns `<run>/<step>/<call>`, the same on every retry and replay. */
export const toolKey = (runId: string, state: RunState, call: ToolCallPart): string =>
  `${runId}/${state.steps}/${callName(state, call)}`;

/** The name of the next model call. */
export const modelCallName = ({ steps }: RunState): string => `ask ${steps + 1}`;

/** The name of the steering before it. */
export const steerName = ({ steps }: RunState): string => `steer ${steps + 1}`;

/** The name of the check which of its calls a person has to agree to. */
export const approvalName = (state: RunState, calls: readonly ToolCallPart[]): string =>
  `approval ${state.steps} ${calls.map((call) => callName(state, call)).join(' ')}`;

/** The name of a tool's run. */
export const toolName = (runId: string, state: RunState, call: ToolCallPart): string =>
  `tool ${toolKey(runId, state, call)}`;

/** The name of the claim before it. */
export const claimName = (runId: string, state: RunState, call: ToolCallPart): string =>
  `claim ${toolKey(runId, state, call)}`;

/** The name of a decision on a call: another one when the call, once it has begun, waits for something else. */
export const decisionName = (runId: string, state: RunState, call: ToolCallPart): string => {
  const isSuspended = state.suspended?.some(({ callId }) => callId === call.id) === true;
  return `decision ${toolKey(runId, state, call)}${isSuspended ? '?' : ''}`;
};

function callName({ messages }: RunState, { id }: ToolCallPart): string {
  if (PLAIN_ID.test(id)) return id;
  const turn = messages.at(-1);
  const calls = turn?.role === 'assistant' ? callsOf(turn) : [];
  return `call ${calls.findIndex((call) => call.id === id) + 1}`;
}
