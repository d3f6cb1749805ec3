import type { RunState } from '@majordomo/agent';
import type { Message, UserMessage } from '@majordomo/core';
import { messagesOfStep, readSteps } from './assistant-parts.ts';
import { decisionOf, signedRun, storedDecision, storedTranscript } from './decisions.ts';
import { invalid, readPageMessages, type PageMessage } from './page-message.ts';
import type { FromUiOptions, UiInput } from './types.ts';
import { readUserParts } from './user-parts.ts';

/**
 * Reads the `messages` of a request of `useChat` (AI SDK 5, 6 or 7). The value comes from the network and may have any content.
 *
 * - User parts: text, and files as `data:` URLs (image, audio and other files).
 * - Assistant parts: text, reasoning and tool parts with the vendor tokens that `UiOptions.replay` sent; sources, files and
 *   unknown `data-…` parts are dropped. A call without a result gets an error result, a call that was still streaming is dropped.
 * - System messages are rejected. Set `system` or `instructions` on the server instead.
 *
 * A stateless page can send any assistant text and any tool results. Store the conversation on the server if it must be trusted.
 *
 * @throws `LlmError` of kind `invalid-request` with `details.path`, such as `messages[2].parts[0].text`: wrong types, an empty
 * transcript, a last message that is complete, or an approval that has no valid signature, has expired, or matches no waiting
 * call.
 * @example
 * const { id, messages } = await request.json(); const input = await fromUiMessages(messages, { secret: env.APPROVAL_SECRET,
 * chatId: id });
 */
export async function fromUiMessages(messages: unknown, options: FromUiOptions = {}): Promise<UiInput> {
  const page = readPageMessages(messages);
  const last = page.at(-1) as PageMessage;
  const { stored } = options;
  if (stored === undefined)
    return last.role === 'user'
      ? newTurn(await transcriptOf(page, options))
      : continuedTurn(page, last, options);
  if (last.role === 'assistant') return storedDecisions(last, stored);
  return newTurn([...storedTranscript(stored), await readUser(last, options)]);
}

const newTurn = (messages: readonly Message[]): UiInput => ({
  messages,
  run: messages,
  decisions: [],
  messageId: undefined,
  steps: 0,
});

async function readUser(message: PageMessage, options: FromUiOptions): Promise<UserMessage> {
  return { role: 'user', parts: await readUserParts(message, options) };
}

async function transcriptOf(page: readonly PageMessage[], options: FromUiOptions): Promise<Message[]> {
  const transcript: Message[] = [];
  for (const message of page) {
    if (message.role === 'user') transcript.push(await readUser(message, options));
    else transcript.push(...readSteps(message).flatMap(messagesOfStep));
  }
  return transcript;
}

/** Continues the last assistant message with the page's decisions or results. */
async function continuedTurn(
  page: readonly PageMessage[],
  last: PageMessage,
  options: FromUiOptions,
): Promise<UiInput> {
  const before = await transcriptOf(page.slice(0, -1), options);
  const steps = readSteps(last);
  const step = steps.at(-1);
  const turn = { messageId: last.id, steps: steps.length };
  const answered = step?.calls.filter(({ isApproved }) => isApproved !== undefined) ?? [];
  if (step === undefined || (answered.length === 0 && step.calls.every(({ result }) => result === undefined)))
    throw incomplete(last);
  const earlier = [...before, ...steps.slice(0, -1).flatMap(messagesOfStep)];
  if (answered.length === 0) return { ...newTurn([...earlier, ...messagesOfStep(step)]), ...turn };
  const run = await signedRun(earlier, step, options);
  return { ...turn, messages: run.messages, run, decisions: answered.map(decisionOf) };
}

/** Returns the input from the stored run, with only the decisions from the page. */
function storedDecisions(last: PageMessage, stored: readonly Message[] | RunState): UiInput {
  const state = 'pending' in stored ? stored : undefined;
  const calls = readSteps(last).at(-1)?.calls ?? [];
  const decisions = calls.flatMap((call) => storedDecision(call, state));
  if (state === undefined || decisions.length === 0) throw incomplete(last);
  const { messages } = state;
  const turn = messages.slice(messages.findLastIndex(({ role }) => role === 'user') + 1);
  const steps = turn.filter(({ role }) => role === 'assistant').length;
  return { messages, run: state, decisions, messageId: last.id, steps };
}

const incomplete = ({ path }: PageMessage): Error =>
  invalid(path, 'the last message is complete; send a user message, or answer a call that waits');
