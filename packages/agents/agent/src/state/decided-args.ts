import type { ToolCallPart } from '@majordomo/core';
import { withResultContent } from '@majordomo/core/toolkit';
import type { RunState, ToolOutcome } from './state.ts';

/** Returns the call with the arguments that its approval contains, which replace the model's arguments, even invalid ones. */
export function withDecidedArgs(call: ToolCallPart, { decisions }: RunState): ToolCallPart {
  const decision = decisions.find(({ callId }) => callId === call.id);
  if (decision === undefined || !('approve' in decision) || decision.args === undefined) return call;
  const { invalid: _replaced, ...rest } = call;
  return { ...rest, args: decision.args };
}

/** Whether a person has approved the call. */
export const isApproved = ({ id }: Pick<ToolCallPart, 'id'>, { decisions }: RunState): boolean =>
  decisions.some((decision) => decision.callId === id && 'approve' in decision);

/** Adds a note with the changed arguments to the result, because the transcript contains only the model's arguments. */
export function withArgsNote(outcome: ToolOutcome, { args }: ToolCallPart): ToolOutcome {
  if (outcome.suspended !== undefined || outcome.run !== undefined) return outcome;
  const text = `The arguments were changed before the call ran: ${JSON.stringify(args)}`;
  return withResultContent(outcome, [{ type: 'text', text }, ...outcome.content]);
}
