import type { ToolCallPart } from '@majordomo/core';
import { isLooping, type LoopLimits } from './limits.ts';
import type { Done, RunState } from './state.ts';

/** What has to be done next. */
export type Action =
  /** `textOnly`: the steps are used up, and this one is for words. */
  | { readonly type: 'ask'; readonly textOnly?: true | undefined }
  | { readonly type: 'decide'; readonly calls: readonly ToolCallPart[] }
  | { readonly type: 'run-tool'; readonly call: ToolCallPart }
  | { readonly type: 'stop'; readonly why: Done };

/** What an agent brings to its decisions; pure functions all. */
export interface Rules {
  /** Model calls of a run, by its state. */
  maxSteps(state: RunState): number;
  /** Must a person agree to this call first? Pure: it is asked again on replay. */
  readonly needsApproval: (call: ToolCallPart) => boolean;
  readonly loop: LoopLimits;
  /** Ask once more, without tools, when the steps are used up. */
  readonly closingTurn: boolean;
}

/** What follows from the state. It reads no clock, no random, nothing else. */
export function decide(state: RunState, rules: Rules): Action {
  if (state.done !== undefined) return { type: 'stop', why: state.done };
  if (state.pending.length > 0) {
    const [call] = runnable(state, rules);
    return call === undefined ? { type: 'decide', calls: state.pending } : { type: 'run-tool', call };
  }
  if (isLooping(state, rules.loop)) return { type: 'stop', why: 'tool-loop' };
  if (state.steps < rules.maxSteps(state)) return { type: 'ask' };
  return rules.closingTurn ? { type: 'ask', textOnly: true } : { type: 'stop', why: 'max-steps' };
}

/** Pending calls that wait for nobody: they run before a run pauses for the others. */
export function runnable(state: RunState, rules: Rules): readonly ToolCallPart[] {
  return state.pending.filter((call) => {
    const isMeant = ({ callId }: { readonly callId: string }): boolean => callId === call.id;
    if (state.suspended?.some(isMeant) === true) return false;
    return state.decisions.some(isMeant) || !rules.needsApproval(call);
  });
}
