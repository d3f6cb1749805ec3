import type { ToolCallPart } from '@majordomo/core';
import { suspensionOf } from './call-paths.ts';
import { callsOf, entryOf, type RunState } from './state.ts';

// A replay finds journal entries by name, so the names depend on the state, not on the order in which code runs.

/** Pattern of ids that stores, headers and queues accept. A vendor's id may contain control characters or be very long. */
const PLAIN_ID = /^[!-~]{1,200}$/;

/** Returns the key `<run>/<step>/<call>`, which is the same on every retry and replay. */
export const toolKey = (runId: string, state: RunState, call: ToolCallPart): string =>
  `${runId}/${state.steps}/${callName(state, call)}`;

/**
 * Returns the key of a start of a call, which claims and journal entries use. It is `toolKey`, with a suffix if earlier starts were
 * settled as `notDone`, because those starts remain claimed.
 */
export function startKey(runId: string, state: RunState, call: ToolCallPart): string {
  const earlier = entryOf(state.notDone, call.id) ?? 0;
  return toolKey(runId, state, call) + (earlier === 0 ? '' : ` again ${earlier}`);
}

/** Returns the name of the entry for the next model call. */
export const modelCallName = ({ steps }: RunState): string => `ask ${steps + 1}`;

/** Returns the name of the entry for the messages of `steer` before the next model call. */
export const steerName = ({ steps }: RunState): string => `steer ${steps + 1}`;

/** Returns the name of the entry for the approval check of a turn. */
export const approvalName = (state: RunState, calls: readonly ToolCallPart[]): string =>
  `approval ${state.steps} ${calls.map((call) => callName(state, call)).join(' ')}`;

/** Returns the name of the entry for a tool call. */
export const toolName = (runId: string, state: RunState, call: ToolCallPart): string =>
  `tool ${startKey(runId, state, call)}`;

/** Returns the name of the entry for the check of an agent tool's call. */
export const checkName = (runId: string, state: RunState, call: ToolCallPart): string =>
  `check ${startKey(runId, state, call)}`;

/** Returns the name of the entry for the claim of a tool call. */
export const claimName = (runId: string, state: RunState, call: ToolCallPart): string =>
  `claim ${startKey(runId, state, call)}`;

/** Returns the name of the entry for the decision on a call. Approvals, suspended and unknown calls have different names. */
export const decisionName = (runId: string, state: RunState, call: ToolCallPart): string => {
  const suspended = suspensionOf(state, call);
  const suffix = suspended === undefined ? '' : suspended.unknown === true ? '!' : '?';
  return `decision ${startKey(runId, state, call)}${suffix}`;
};

function callName({ messages }: RunState, { id }: ToolCallPart): string {
  if (PLAIN_ID.test(id)) return id;
  const turn = messages.at(-1);
  const calls = turn?.role === 'assistant' ? callsOf(turn) : [];
  return `call ${calls.findIndex((call) => call.id === id) + 1}`;
}
