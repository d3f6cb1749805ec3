import { LlmError, type ToolCallPart } from '@majordomo/core';
import { checkDecisions } from './decision.ts';
import { decisionName } from './names.ts';
import type { Decision, RunState } from './state.ts';

/** A call that waits for a person, as an engine keeps it for those who decide. JSON by `toJson`. */
export interface WaitingCall {
  /** Name of the decision in the journal. */
  readonly name: string;
  readonly call: ToolCallPart;
  /** Its tool has begun and waits: it takes a result. */
  readonly isSuspended: boolean;
}

/** These calls, which wait in this state. */
export const waitingCalls = (runId: string, calls: readonly ToolCallPart[], state: RunState): WaitingCall[] =>
  calls.map((call) => ({
    name: decisionName(runId, state, call),
    call,
    isSuspended: state.suspended?.some(({ callId }) => callId === call.id) === true,
  }));

/**
 * Returns the waiting call of a decision. Throws `invalid-request` for an invalid decision or one that no call waits
 * for. Call it before an engine stores the decision.
 */
export function findWaitingCall(waiting: readonly WaitingCall[], decision: Decision): WaitingCall {
  checkDecisions([decision]);
  const { callId } = decision;
  const found = waiting.find(({ call }) => call.id === callId);
  if (found === undefined)
    throw new LlmError('invalid-request', `no call with the id "${callId}" waits for a decision`);
  if (found.isSuspended && 'approve' in decision)
    throw new LlmError('invalid-request', `it takes a result to answer the suspended call "${callId}"`);
  return found;
}
