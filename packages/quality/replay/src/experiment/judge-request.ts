import { assistant, user, type ChatRequest, type JsonObject, type Message } from '@majordomo/core';
import { judgeRequest, PAIR_VERDICTS, pairSystem, textOf, toolCallsOf } from '@majordomo/evals/internal';
import type { Answer, AnswerContent } from '../traffic/answer.ts';

/** Maximum length of a verdict with its reasoning, which the budget reserves for each of them. */
const MAX_TOKENS = 4000;

/** Request to a judge: text, and a schema of the verdict. */
export type JudgeRequest = ChatRequest & { readonly output: JsonObject };

/** Answer that a judge sees, with the steps before it if complete runs are compared. */
export type ShownAnswer = Pick<AnswerContent, 'parts'> & Pick<Answer, 'steps'>;

/** Two answers to the same request, without the names of their models. */
export interface JudgedPair {
  readonly request: ChatRequest;
  readonly first: ShownAnswer;
  readonly second: ShownAnswer;
}

/** Returns the request to a judge. Its data are JSON, so that no answer can pretend to be an instruction. */
export function requestToJudge(rubric: string, { request, first, second }: JudgedPair): JudgeRequest {
  const { system, messages, tools = [] } = request;
  const data = {
    input: {
      system,
      messages: messages.map(shownMessage),
      tools: tools.map(({ name, description }) => ({ name, description })),
    },
    first: shownAnswer(first),
    second: shownAnswer(second),
  };
  return { ...judgeRequest(pairSystem(rubric), data, PAIR_VERDICTS), maxTokens: MAX_TOKENS };
}

/** Maximum number of characters of a token of an answer. */
const CHARACTERS_PER_TOKEN = 4;

/**
 * Returns a request as long as the longest one with which an invalid verdict is repaired. It is never sent: a plan computes the
 * maximum cost of a repair from it.
 */
export const repairOf = (request: JudgeRequest): JudgeRequest => ({
  ...request,
  messages: [...request.messages, assistant('x'.repeat(MAX_TOKENS * CHARACTERS_PER_TOKEN)), user(REPAIR)],
});

/** Text that is as long as the one that asks for another value. */
const REPAIR = 'x'.repeat(1000);

function shownAnswer({ parts, steps = [] }: ShownAnswer): object {
  const answer = shownMessage({ role: 'assistant', parts });
  return steps.length === 0 ? answer : { steps: steps.map(shownMessage), answer };
}

/** Returns a message without media, replay tokens and reasoning. */
function shownMessage(message: Message): object {
  const calls = toolCallsOf(message).map(({ name, args, invalid }) => ({
    tool: name,
    arguments: invalid?.raw ?? args,
  }));
  const text = textOf(message);
  const media = message.parts.flatMap((part) => (MEDIA.has(part.type) ? [part.type] : []));
  const results = message.parts.flatMap((part) =>
    part.type === 'tool-result' ? [{ tool: part.name, result: resultText(part.content) }] : [],
  );
  return {
    role: message.role,
    ...(text !== '' && { text }),
    ...(calls.length > 0 && { calls }),
    ...(results.length > 0 && { results }),
    ...(media.length > 0 && { media }),
  };
}

const MEDIA: ReadonlySet<string> = new Set(['image', 'file', 'audio']);

const resultText = (content: string | readonly { readonly type: string }[]): string =>
  typeof content === 'string'
    ? content
    : content.map((piece) => ('text' in piece ? String(piece.text) : `[${piece.type}]`)).join('');
