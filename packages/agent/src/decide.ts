import type { ToolCallPart } from '@majordomo/core';
import { isLooping, type LoopLimits } from './limits.ts';
import type { Done, RunState } from './state.ts';

/** Next action of a run. */
export type Action =
  /** `textOnly`: the steps are used up, and the model gets no tools. */
  | { readonly type: 'call-model'; readonly textOnly?: true | undefined }
  /** Check which of these calls need the approval of a person. */
  | { readonly type: 'check-approval'; readonly calls: readonly ToolCallPart[] }
  /** Run these calls in parallel: all that wait for no decision, or one if tools run one by one. */
  | { readonly type: 'run-tools'; readonly calls: readonly ToolCallPart[] }
  /** Wait for decisions on these calls. */
  | { readonly type: 'await-decisions'; readonly calls: readonly ToolCallPart[] }
  | { readonly type: 'stop'; readonly why: Done };

/** Pure functions and limits of an agent by which a run continues. */
export interface Rules {
  /** Model calls of a run, by its state. */
  maxSteps(state: RunState): number;
  /** Whether the tool of this call has an `approval` to check. */
  mayNeedApproval(call: ToolCallPart): boolean;
  readonly loop: LoopLimits;
  /** Whether the model is called once more, without tools, when the steps are used up. */
  readonly closingTurn: boolean;
  /** Run the calls of a turn side by side. */
  readonly parallel: boolean;
}

/** Returns the action that follows from the state; pure. */
export function decide(state: RunState, rules: Rules): Action {
  if (state.done !== undefined) return { type: 'stop', why: state.done };
  if (state.pending.length > 0) return decidePending(state, rules);
  if (isLooping(state, rules.loop)) return { type: 'stop', why: 'tool-loop' };
  if (state.steps < rules.maxSteps(state)) return { type: 'call-model' };
  return rules.closingTurn ? { type: 'call-model', textOnly: true } : { type: 'stop', why: 'max-steps' };
}

function decidePending(state: RunState, rules: Rules): Action {
  const { approvals = {}, suspended = [], decisions, pending } = state;
  const isAmong = (some: readonly { readonly callId: string }[], { id }: ToolCallPart): boolean =>
    some.some(({ callId }) => callId === id);
  const open = pending.filter((call) => !isAmong(suspended, call));
  const isApproved = (call: ToolCallPart): boolean => isAmong(decisions, call);
  const unchecked = open.filter(
    (call) => !isApproved(call) && approvals[call.id] === undefined && rules.mayNeedApproval(call),
  );
  if (unchecked.length > 0) return { type: 'check-approval', calls: unchecked };
  const calls = open.filter((call) => isApproved(call) || approvals[call.id] !== true);
  if (calls.length === 0) return { type: 'await-decisions', calls: pending };
  return { type: 'run-tools', calls: rules.parallel ? calls : calls.slice(0, 1) };
}
