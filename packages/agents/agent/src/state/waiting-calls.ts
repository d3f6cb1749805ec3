import { LlmError, type ToolCallPart } from '@majordomo/core';
import { pendingCallAt, suspensionOf } from './call-paths.ts';
import { checkDecisions, whyNotAccepted, type Waiting } from './decision.ts';
import { decisionName } from './names.ts';
import type { Decision, RunState } from './state.ts';

/** Call that waits for a decision, as JSON (by `toJson`) that an engine can store. */
export interface WaitingCall extends Waiting {
  /** Name of the journal entry for the decision. */
  readonly name: string;
  readonly call: ToolCallPart;
}

/** Returns the waiting calls of a state. */
export const waitingCalls = (runId: string, calls: readonly ToolCallPart[], state: RunState): WaitingCall[] =>
  calls.map((call) => {
    // A call inside a sub-agent has a path as its id. Its own id is unique only in the state of the sub-agent.
    const { state: callState, call: innerCall } = pendingCallAt(state, call.id) ?? { state, call };
    const suspended = suspensionOf(callState, innerCall);
    return {
      // The run of a sub-agent has its own id, with which the names of its entries begin.
      name: decisionName(callState === state ? runId : (callState.runId ?? runId), callState, innerCall),
      call,
      isSuspended: suspended !== undefined,
      isUnknown: suspended?.unknown === true,
    };
  });

/**
 * Returns the waiting call with the `callId` of the decision. Throws `invalid-request` for an invalid decision or a decision that
 * no call waits for. Call this function before an engine stores the decision.
 */
export function findWaitingCall(waiting: readonly WaitingCall[], decision: Decision): WaitingCall {
  checkDecisions([decision]);
  const { callId } = decision;
  const found = waiting.find(({ call }) => call.id === callId);
  if (found === undefined)
    throw new LlmError('invalid-request', `no waiting call has the id "${callId}"; see \`awaiting\``);
  const why = whyNotAccepted(decision, found);
  if (why !== undefined) throw new LlmError('invalid-request', why);
  return found;
}
