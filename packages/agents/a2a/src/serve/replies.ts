import type { Message, Part } from '@a2a-js/sdk';
import { RequestMalformedError } from '@a2a-js/sdk/errors';
import type { Decision, RunState, SuspendedCall } from '@majordomo/agent';
import { callsThatWait, suspendedCalls } from '@majordomo/agent/steps';
import type { JsonObject, ToolCallPart } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { dataPart, textIn, textPart } from '../messages.ts';

/** Call that waits for the client. */
interface WaitingCall {
  readonly call: ToolCallPart;
  /** Suspension of a call, which waits for a result; `undefined` for a call that waits for an approval. */
  readonly suspended: SuspendedCall | undefined;
}

function waitingCalls(state: RunState): readonly WaitingCall[] {
  const suspended = suspendedCalls(state);
  return callsThatWait(state).map((call) => ({
    call,
    suspended: suspended.find(({ callId }) => callId === call.id),
  }));
}

/** Returns the question of a waiting run: a text for people, and the calls as data for programs. */
export function questionOf(state: RunState): Part[] {
  const calls = waitingCalls(state);
  const decisions = calls.map(({ call: { id: callId, name, args }, suspended }) =>
    suspended === undefined
      ? { callId, name, args }
      : { callId, name, args, payload: suspended.payload, ...(suspended.unknown && { unknown: true }) },
  );
  return [textPart(calls.map(sentenceOf).join('\n')), dataPart({ decisions })];
}

function sentenceOf({ call: { name, args }, suspended }: WaitingCall): string {
  const call = `${name}(${JSON.stringify(args)})`;
  if (suspended?.unknown === true)
    return `The result of ${call} is unknown: it was started and did not end. If it took effect, reply with its result. If it did not, reply with a data part with \`notDone: true\`.`;
  return suspended === undefined
    ? `Approve ${call}? Reply with "approve", "deny", or a reason for the denial.`
    : `${call} waits for its result. Reply with the result.`;
}

/**
 * Returns the decisions of a reply: those of its first data part with decisions, or those that its text means. A text approves or
 * denies all waiting calls. Throws an error of the protocol for a reply that does not answer the question.
 */
export function decisionsOf({ parts }: Pick<Message, 'parts'>, state: RunState): readonly Decision[] {
  const calls = waitingCalls(state);
  const listed = parts.map(({ content }) =>
    content?.$case === 'data' ? decisionsIn(content.value) : undefined,
  );
  const decisions = listed.find((one) => one !== undefined);
  if (decisions !== undefined) return checkedDecisions(decisions, calls);
  const text = textIn(parts).trim();
  if (text === '')
    throw new RequestMalformedError('the reply must contain text, or a data part with `decisions`');
  const [first] = calls;
  const isOnlyCall = calls.length === 1;
  if (first?.suspended !== undefined && isOnlyCall) return [{ callId: first.call.id, result: text }];
  // A text does not state which of several calls it is the result of.
  if (calls.some(({ suspended }) => suspended !== undefined))
    throw new RequestMalformedError('several calls wait; reply with a data part with `decisions`');
  return calls.map(({ call: { id: callId } }) => approvalOf(callId, text));
}

function approvalOf(callId: string, text: string): Decision {
  if (/^approve$/i.test(text)) return { callId, approve: true };
  return { callId, deny: /^deny$/i.test(text) ? 'the caller denied the call' : text };
}

function decisionsIn(data: unknown): readonly unknown[] | undefined {
  const decisions = isRecord(data) ? data['decisions'] : undefined;
  return Array.isArray(decisions) ? decisions : undefined;
}

function checkedDecisions(decisions: readonly unknown[], calls: readonly WaitingCall[]): readonly Decision[] {
  if (decisions.length === 0) throw new RequestMalformedError('decisions must not be empty');
  return decisions.map((decision, at) => checkedDecision(decision, calls, `decisions[${at}]`));
}

/** Returns a decision. The agent checks `args` against the schema of the tool. */
function checkedDecision(decision: unknown, calls: readonly WaitingCall[], path: string): Decision {
  const { callId, approve, args, deny, result, notDone } = isRecord(decision) ? decision : {};
  const waiting = calls.find(({ call }) => call.id === callId);
  if (waiting === undefined)
    throw new RequestMalformedError(`${path}.callId must be the id of a waiting call`);
  const { id } = waiting.call;
  const isUnknown = waiting.suspended?.unknown === true;
  const isOneDecision = [approve, deny, result, notDone].filter((one) => one !== undefined).length === 1;
  const waitsForApproval = waiting.suspended === undefined;
  if (isOneDecision && notDone === true && isUnknown) return { callId: id, notDone };
  if (isOneDecision && typeof deny === 'string' && !isUnknown) return { callId: id, deny };
  if (isOneDecision && typeof result === 'string') return { callId: id, result };
  if (isOneDecision && approve === true && waitsForApproval) {
    if (args === undefined) return { callId: id, approve };
    if (isRecord(args)) return { callId: id, approve, args: args as JsonObject };
    throw new RequestMalformedError(`${path}.args must be an object`);
  }
  const accepted = isUnknown ? 'notDone: true' : `${waitsForApproval ? 'approve: true, ' : ''}deny: "why"`;
  throw new RequestMalformedError(`${path} must have exactly one of ${accepted}, result: "text"`);
}
