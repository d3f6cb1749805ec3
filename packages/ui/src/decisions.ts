import type { Decision, RunState } from '@majordomo/agent';
import { begin } from '@majordomo/agent/steps';
import type { Message, ToolCallPart, ToolMessage, ToolResultPart } from '@majordomo/core';
import { verifyApproval, type Approvable } from './approval-id.ts';
import { denialOf, errorResult, type PageCall, type PageStep } from './assistant-parts.ts';
import { invalid } from './page-message.ts';
import { textOfResult } from './tool-output.ts';
import type { FromUiOptions } from './types.ts';

const NOT_ANSWERED = 'Not run: the user wrote a message instead of a decision.';

/** Returns the paused run whose approvals the page answers. Every approval must have a valid signature of one run. */
export async function signedRun(
  earlier: readonly Message[],
  step: PageStep,
  options: FromUiOptions,
): Promise<RunState> {
  const approvals = new Map<string, Approvable>();
  for (const { call, approvalId, path } of step.calls) {
    if (approvalId === undefined) continue;
    const approval = await verifyApproval(approvalId, call, options);
    if (approval === undefined)
      throw invalid(
        `${path}.approval.id`,
        'the approval has no valid signature or has expired; send the user message again',
      );
    approvals.set(call.id, approval);
  }
  const [first] = approvals.values();
  const { runId = '', steps = 0 } = first ?? {};
  for (const { call, path } of step.calls) {
    const approval = approvals.get(call.id);
    if (approval !== undefined && (approval.runId !== runId || approval.steps !== steps))
      throw invalid(`${path}.approval.id`, 'the approvals belong to different runs');
  }
  const isPending = ({ call }: PageCall): boolean => approvals.has(call.id);
  return {
    ...begin([...earlier, { role: 'assistant', parts: step.parts }]),
    steps,
    pending: step.calls.filter(isPending).map(({ call }) => call),
    results: step.calls
      .filter((one) => !isPending(one))
      .map(({ call, result }) => result ?? errorResult(call, NOT_ANSWERED)),
    runId,
    approvals: Object.fromEntries([...approvals.keys()].map((id) => [id, true])),
  };
}

export const decisionOf = ({ call, isApproved, reason }: PageCall): Decision =>
  isApproved === true ? { callId: call.id, approve: true } : { callId: call.id, deny: denialOf(reason) };

/** Returns the page's decision on a call of the stored run, or an empty list without a decision. */
export function storedDecision(one: PageCall, state: RunState | undefined): readonly Decision[] {
  const { call, path, result, isApproved } = one;
  const isWaiting = state?.pending.some(({ id }) => id === call.id) === true;
  const isSuspended = state?.suspended?.some(({ callId }) => callId === call.id) === true;
  if (isApproved !== undefined) {
    if (isWaiting && !isSuspended) return [decisionOf(one)];
    throw invalid(`${path}.approval`, 'the call does not wait for an approval');
  }
  if (!isWaiting || result === undefined) return [];
  if (!isSuspended)
    throw invalid(`${path}.state`, 'the call waits for an approval; a page cannot send its result');
  return [{ callId: call.id, result: textOfResult(result) }];
}

/** Returns a stored transcript in which every call has a result. */
export function storedTranscript(stored: readonly Message[] | RunState): Message[] {
  const [messages, results] = 'pending' in stored ? [stored.messages, stored.results] : [stored, []];
  return messages.flatMap((message, index): Message[] => {
    if (message.role !== 'assistant') return [message];
    const calls = message.parts.filter((part): part is ToolCallPart => part.type === 'tool-call');
    const next = messages[index + 1];
    if (calls.length === 0 || next?.role === 'tool') return [message];
    return [message, toolMessage(calls, results)];
  });
}

function toolMessage(calls: readonly ToolCallPart[], results: readonly ToolResultPart[]): ToolMessage {
  const resultOf = (call: ToolCallPart): ToolResultPart =>
    results.find(({ callId }) => callId === call.id) ?? errorResult(call, NOT_ANSWERED);
  return { role: 'tool', parts: calls.map(resultOf) };
}
