import type { RunState } from '@majordomo/agent';
import { begin, pendingCallAt, suspendedCalls } from '@majordomo/agent/steps';
import type { Message, UserMessage } from '@majordomo/core';
import { asToolCall, resultsOfTurn } from '@majordomo/core/toolkit';
import { isSignable, verifyApproval } from './approval-id.ts';
import { CLIENT_TOOL } from './client-tools.ts';
import type { ClientValue } from './client-value.ts';
import { isCall, lastTurnOf, messagesOfStep, type ClientCall, type Step } from './steps.ts';
import { resultOf, textOfResult } from './tool-output.ts';
import type { FromUiOptions, UiInput } from './types.ts';

/** User message or assistant step that a client sent. */
export type Turn = UserMessage | Step;

/** Whether a turn is a step of the model, and not a message of the user. */
export const isStep = (turn: Turn): turn is Step => !('role' in turn);

/** Input options that both protocols have. */
export type InputOptions = Pick<FromUiOptions, 'secret' | 'chatId' | 'stored' | 'clock'>;

const NOT_ANSWERED = 'Not run: the user wrote a message instead of a decision.';

/** Returns the paused run, or `undefined` for a stored transcript. */
export const pausedRun = (stored: FromUiOptions['stored']): RunState | undefined =>
  stored !== undefined && 'pending' in stored ? stored : undefined;

/**
 * Returns the input of a run: the transcript with a new user message, or the decisions on waiting calls.
 *
 * @param source last message, for the error if the conversation has nothing to continue
 */
export async function readInput(
  turns: readonly Turn[],
  source: ClientValue,
  options: InputOptions,
): Promise<Pick<UiInput, 'messages' | 'run' | 'decisions'>> {
  const { stored } = options;
  const last = turns.at(-1);
  if (last !== undefined && !isStep(last))
    return newRun(stored === undefined ? turns.flatMap(messagesOf) : [...answeredTranscript(stored), last]);
  const calls = last?.calls ?? [];
  if (stored !== undefined) {
    const run = pausedRun(stored);
    const decisions = calls.flatMap((call) => storedDecision(call, run));
    if (run !== undefined && decisions.length > 0) return { messages: run.messages, run, decisions };
  } else if (last !== undefined && calls.some(({ decision }) => decision !== undefined)) {
    const run = await signedRun(turns.slice(0, -1).flatMap(messagesOf), last, options);
    return { messages: run.messages, run, decisions: calls.flatMap(({ decision }) => decision ?? []) };
  } else if (calls.some(({ result }) => result !== undefined)) {
    return newRun(turns.flatMap(messagesOf));
  }
  throw source.invalid(
    'the messages require no answer; send a user message, or a decision or a result for a pending tool call',
  );
}

const newRun = (messages: readonly Message[]): Pick<UiInput, 'messages' | 'run' | 'decisions'> => ({
  messages,
  run: messages,
  decisions: [],
});

const messagesOf = (turn: Turn): readonly Message[] => (isStep(turn) ? messagesOfStep(turn) : [turn]);

/**
 * Returns the paused run whose calls the client answers. Every approval must have a valid signature for that run. Results of
 * tools of the page need no signature, because they are the user's input.
 */
async function signedRun(
  earlier: readonly Message[],
  { parts, calls }: Step,
  options: InputOptions,
): Promise<RunState> {
  const approved: string[] = [];
  let origin: Pick<RunState, 'runId' | 'steps'> | undefined;
  for (const { call, approvalId } of calls) {
    if (approvalId === undefined) continue;
    if (options.secret === undefined)
      throw approvalId.invalid('the server must pass `secret` or `stored` to check approvals');
    if (!isSignable(call))
      throw approvalId.invalid(
        'an approval of a call whose id is not 1 to 200 characters of ASCII without spaces requires `stored`',
      );
    const signed = await verifyApproval(approvalId.text(), call, options);
    if (signed === undefined)
      throw approvalId.invalid('the approval has no valid signature, or has expired; ask the model again');
    origin ??= signed;
    if (signed.runId !== origin.runId || signed.steps !== origin.steps)
      throw approvalId.invalid('the approvals are for different runs; send the approvals of one run');
    approved.push(call.id);
  }
  const waiting = calls.filter(({ isClientCall }) => isClientCall === true);
  const suspended = waiting.map(({ call }) => ({ callId: call.id, payload: CLIENT_TOOL }));
  const pending = calls.filter(isPending);
  const others = calls.filter((call) => !isPending(call));
  return {
    // State of a new run, whose members the next ones replace.
    ...begin([...earlier, { role: 'assistant', parts }]),
    // Results of the page's tools have no signature that states the step, so the transcript determines it.
    ...(origin ?? { steps: stepsSince(earlier) + 1 }),
    pending: pending.map(({ call }) => call),
    results: others.map(({ call, result }) => result ?? resultOf(call, NOT_ANSWERED, true)),
    approvals: Object.fromEntries(approved.map((id) => [id, true])),
    ...(suspended.length > 0 && { suspended }),
  };
}

/** Returns the number of steps after the last user message. */
const stepsSince = (messages: readonly Message[]): number =>
  lastTurnOf(messages).filter(({ role }) => role === 'assistant').length;

const isPending = ({ approvalId, isClientCall }: ClientCall): boolean =>
  approvalId !== undefined || isClientCall === true;

/** Returns an array with the client's decision on a call of the stored run, or an empty array if the client made none. */
function storedDecision({ call, source, result, decision }: ClientCall, run: RunState | undefined) {
  const isWaiting = run !== undefined && pendingCallAt(run, call.id) !== undefined;
  const isSuspended = suspendedCalls(run ?? {}).some(({ callId }) => callId === call.id);
  if (decision !== undefined) {
    if (isWaiting && (!isSuspended || 'deny' in decision)) return [decision];
    throw source.invalid('the call does not wait for an approval; answer only pending calls');
  }
  if (!isWaiting || result === undefined) return [];
  if (isSuspended) return [{ callId: call.id, result: textOfResult(result.content) }];
  throw source.at('state').invalid('the call waits for an approval, not for a result; approve or deny it');
}

/** Returns a stored transcript in which every call has a result. */
function answeredTranscript(stored: readonly Message[] | RunState): Message[] {
  const { messages, results } = 'pending' in stored ? stored : { messages: stored, results: [] };
  return messages.flatMap((message, index): Message[] => {
    if (message.role !== 'assistant' || messages[index + 1]?.role === 'tool') return [message];
    const answers = message.parts
      .filter(isCall)
      .map(asToolCall)
      .map((call) => results.find(({ callId }) => callId === call.id) ?? resultOf(call, NOT_ANSWERED, true));
    if (answers.length === 0) return [message];
    return [message, { role: 'tool', parts: resultsOfTurn(message.parts, answers) }];
  });
}
