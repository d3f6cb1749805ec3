import type { ToolCallPart } from '@majordomo/core';
import { isLooping, type LoopLimits } from './limits.ts';
import type { Done, RunState } from './state.ts';

/** What has to be done next. */
export type Action =
  /** `textOnly`: the steps are used up, and this one is for words. */
  | { readonly type: 'call-model'; readonly textOnly?: true | undefined }
  /** Does a person have to agree to these? */
  | { readonly type: 'check-approval'; readonly calls: readonly ToolCallPart[] }
  /** Side by side: all that wait for nobody, or one where tools run one by one. */
  | { readonly type: 'run-tools'; readonly calls: readonly ToolCallPart[] }
  /** A person has to say what becomes of these. */
  | { readonly type: 'await-decisions'; readonly calls: readonly ToolCallPart[] }
  | { readonly type: 'stop'; readonly why: Done };

/** What an agent brings to its decisions; pure functions all. */
export interface Rules {
  /** Model calls of a run, by its state. */
  maxSteps(state: RunState): number;
  /** Has the tool of this call an `approval` that has to be looked at? */
  mayNeedApproval(call: ToolCallPart): boolean;
  readonly loop: LoopLimits;
  /** Ask once more, without tools, when the steps are used up. */
  readonly closingTurn: boolean;
  /** Run the calls of a turn side by side. */
  readonly parallel: boolean;
}

/** What follows from the state. It reads no clock, no random, nothing else. */
export function decide(state: RunState, rules: Rules): Action {
  if (state.done !== undefined) return { type: 'stop', why: state.done };
  if (state.pending.length > 0) return decidePending(state, rules);
  if (isLooping(state, rules.loop)) return { type: 'stop', why: 'tool-loop' };
  if (state.steps < rules.maxSteps(state)) return { type: 'call-model' };
  return rules.closingTurn ? { type: 'call-model', textOnly: true } : { type: 'stop', why: 'max-steps' };
}

/** What waits for nobody runs before a run pauses for the others. */
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
