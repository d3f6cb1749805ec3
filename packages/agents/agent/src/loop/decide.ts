import type { ToolCallPart } from '@majordomo/core';
import { isUsedUp } from '../budget/budget.ts';
import { callsThatWait, waitingRunOf } from '../state/call-paths.ts';
import { isLooping, type LoopLimits } from './limits.ts';
import { entryOf, type Done, type RunState } from '../state/state.ts';

/** Next action of a run, as `decide` returns it. */
export type Action =
  /** Calls the model. `textOnly` is set if no steps remain. The request then prohibits tool calls. */
  | { readonly type: 'call-model'; readonly textOnly?: true | undefined }
  /** Checks which of these calls a person must approve. */
  | { readonly type: 'check-approval'; readonly calls: readonly ToolCallPart[] }
  /** Runs these calls in parallel. If tools run sequentially, `calls` contains only the first call that can run. */
  | { readonly type: 'run-tools'; readonly calls: readonly ToolCallPart[] }
  /** Hands the conversation to the agent `to`. All calls of the turn that are not handoffs have results. */
  | { readonly type: 'hand-off'; readonly call: ToolCallPart; readonly to: string }
  /** Waits for decisions on these calls. The id of a call inside a sub-agent is a path. */
  | { readonly type: 'await-decisions'; readonly calls: readonly ToolCallPart[] }
  | { readonly type: 'stop'; readonly why: Done };

/** Limits and pure functions of an agent, from which `decide` determines the next action. */
export interface Rules {
  /** Returns the maximum number of model calls of a run. */
  maxSteps(state: RunState): number;
  /** Whether the tool of this call has the option `approval`. */
  mayNeedApproval(call: ToolCallPart, state: RunState): boolean;
  /** Returns the name of the agent to which the call hands off, or `undefined` for any other call. */
  handoff?(call: ToolCallPart, state: RunState): string | undefined;
  readonly loop: LoopLimits;
  /** Whether the model is called once more, without permission to call tools, if no steps remain. */
  readonly closingTurn: boolean;
  /** Whether the calls of a turn run in parallel. */
  readonly parallel: boolean;
}

/** Returns the next action of a run. Has no side effects. */
export function decide(state: RunState, rules: Rules): Action {
  if (state.done !== undefined) return { type: 'stop', why: state.done };
  if (state.pending.length > 0) return decidePending(state, rules);
  if (isLooping(state, rules.loop)) return { type: 'stop', why: 'tool-loop' };
  if (state.budget !== undefined && isUsedUp(state.budget, state.spent))
    return { type: 'stop', why: 'budget' };
  if (state.steps < rules.maxSteps(state)) return { type: 'call-model' };
  return rules.closingTurn ? { type: 'call-model', textOnly: true } : { type: 'stop', why: 'max-steps' };
}

function decidePending(state: RunState, rules: Rules): Action {
  const { approvals, suspended = [], decisions } = state;
  const pending = state.pending.filter((call) => rules.handoff?.(call, state) === undefined);
  const [first] = state.pending;
  // Only handoffs are pending, because all other calls have results. `handoff` therefore returns a name, and `''` never occurs.
  if (pending.length === 0 && first !== undefined)
    return { type: 'hand-off', call: first, to: rules.handoff?.(first, state) ?? '' };
  const isAmong = (some: readonly { readonly callId: string }[], { id }: ToolCallPart): boolean =>
    some.some(({ callId }) => callId === id);
  const isApproved = (call: ToolCallPart): boolean => isAmong(decisions, call);
  const waitsInside = (call: ToolCallPart): boolean =>
    waitingRunOf(state, call.id) !== undefined && !isApproved(call);
  const open = pending.filter((call) => !isAmong(suspended, call) && !waitsInside(call));
  const unchecked = open.filter(
    (call) =>
      !isApproved(call) && entryOf(approvals, call.id) === undefined && rules.mayNeedApproval(call, state),
  );
  if (unchecked.length > 0) return { type: 'check-approval', calls: unchecked };
  const calls = open.filter((call) => isApproved(call) || entryOf(approvals, call.id) !== true);
  if (calls.length === 0) return { type: 'await-decisions', calls: callsThatWait(state) };
  return { type: 'run-tools', calls: rules.parallel ? calls : calls.slice(0, 1) };
}
