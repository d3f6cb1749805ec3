import { Role } from '@a2a-js/sdk';
import type { Decision, RunState } from '@majordomo/agent';
import { suspendedCalls, withPayload } from '@majordomo/agent/steps';
import { LlmError, messageOf, type JsonObject, type JsonValue } from '@majordomo/core';
import { isRecord } from '@majordomo/core/toolkit';
import { newMessage, textPart } from '../messages.ts';
import { describe } from './content.ts';
import { isTransient } from './errors.ts';
import type { A2aSuspension } from './options.ts';
import type { Outcome, Question, RemoteAgent } from './remote-agent.ts';

/** Returns the payload of a call whose task requires input. */
export const suspensionOf = (
  agent: string,
  { taskId, contextId, message, questionId }: Question,
): JsonObject => ({
  type: 'a2a-input',
  agent,
  taskId,
  contextId,
  message,
  questionId,
});

/** Implements `A2aToolbox.settle`. */
export async function settle(
  state: RunState,
  answers: Readonly<Record<string, string>>,
  name: string,
  agent: RemoteAgent,
): Promise<{ readonly state: RunState; readonly decisions: readonly Decision[] }> {
  const waiting = new Map(
    suspendedCalls(state).flatMap(({ callId, payload }) =>
      isSuspension(payload, name) ? [[callId, payload] as const] : [],
    ),
  );
  const given = new Map(Object.entries(answers));
  for (const callId of given.keys())
    if (!waiting.has(callId))
      throw new LlmError(
        'invalid-request',
        `settle: no call "${callId}" waits for the agent "${name}"; see \`awaiting\``,
      );
  let settled = state;
  const decisions: Decision[] = [];
  for (const [callId, suspension] of waiting) {
    const answer = given.get(callId);
    if (answer === undefined) continue;
    const outcome = await reply(suspension, answer, agent);
    if ('deny' in outcome) decisions.push({ callId, deny: outcome.deny });
    else if (outcome.type === 'answer') decisions.push({ callId, result: describe(outcome.content) });
    else settled = withPayload(settled, callId, suspensionOf(name, outcome));
  }
  return { state: settled, decisions };
}

/**
 * Sends an answer. If the agent is temporarily unavailable, throws, so that the application can send the answer again. The model receives
 * any other failure as the reason of a denial.
 */
async function reply(
  { taskId, contextId, message: question, questionId }: A2aSuspension,
  answer: string,
  agent: RemoteAgent,
): Promise<Outcome | { readonly deny: string }> {
  const message = newMessage(Role.ROLE_USER, [textPart(answer)], { taskId, contextId });
  const asked: Question = { type: 'question', taskId, contextId, message: question, questionId };
  try {
    return await agent.reply(asked, message, new AbortController().signal);
  } catch (error) {
    if (LlmError.is(error) && isTransient(error)) throw error;
    return { deny: `the tool failed: ${messageOf(error)}` };
  }
}

function isSuspension(payload: JsonValue, name: string): payload is A2aSuspension & JsonObject {
  return isRecord(payload) && payload['type'] === 'a2a-input' && payload['agent'] === name;
}
