import {
  type ClassificationBackend,
  type ClassificationRequest,
  LlmError,
  type Message,
  type ModelContext,
  type Question,
  type ToolResultPart,
  type Usage,
} from '@majordomo/core';
import {
  answerError,
  asList,
  asNumber,
  asRecord,
  isList,
  refusedQuestionError,
} from '@majordomo/core/toolkit';
import { dataUrl } from '@majordomo/wire-kit/internal';
import { jsonBody, mergeExtra } from './extra.ts';

// OpenAI's Decisions API. Source: types of openai 7.55.

/** Key of this API in `ClassificationRequest.extra`. */
const WIRE = 'openai-decisions';

/** Returns the body of a request. */
export function toDecisionBody(request: ClassificationRequest, modelId: string, target: string): string {
  const { input } = request;
  const body = {
    model: modelId,
    input: typeof input === 'string' ? input : input.flatMap(itemsOf),
    questions: Object.entries(request.questions).map(toQuestion),
  };
  return jsonBody(mergeExtra(body, request, WIRE, target));
}

function toQuestion([name, question]: readonly [string, Question]): object {
  const { type, instructions } = question;
  if (type === 'predicate') return { type, name, instructions };
  if (type === 'score')
    return { type, name, instructions, levels: question.levels.map((label) => ({ label })) };
  const choices = Object.entries(question.choices).map(([value, description]) =>
    description === '' ? { value } : { value, description },
  );
  return { type, name, instructions, choices };
}

type Piece = ToolResultPart['content'][number];

/** Returns the items of a message. Core has removed all parts except text, images, tool calls and tool results. */
function itemsOf({ role, parts }: Message): readonly object[] {
  if (role === 'tool')
    return parts.map(({ callId, content }) => ({
      type: 'function_call_output',
      call_id: callId,
      output: content.map(contentOf),
    }));
  if (role !== 'assistant') return [{ role, content: (parts as readonly Piece[]).map(contentOf) }];
  const texts = parts.flatMap((part) =>
    part.type === 'text' ? { type: 'output_text', text: part.text } : [],
  );
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? { type: 'function_call', call_id: part.id, name: part.name, arguments: JSON.stringify(part.args) }
      : [],
  );
  return texts.length === 0 ? calls : [{ role, content: texts }, ...calls];
}

const contentOf = (piece: Piece): object =>
  piece.type === 'text'
    ? { type: 'input_text', text: piece.text }
    : { type: 'input_image', image_url: dataUrl(piece.mediaType, piece.bytes) };

/**
 * Returns the distributions of a response. Throws `content-filter` for a refused question, and `invalid-output` for an answer that
 * belongs to no question or to another type.
 */
export function fromDecisionBody(
  json: unknown,
  { questions }: ClassificationRequest,
  context: ModelContext,
): Awaited<ReturnType<ClassificationBackend['classify']>> {
  const { answers, usage: raw } = asRecord(json);
  const usage = usageOf(raw);
  if (usage !== undefined) context.reportUsage?.(usage);
  const { target } = context;
  if (!isList(answers))
    throw new LlmError('protocol', `${target}: expected \`answers\` to be an array`, {
      target,
      path: 'answers',
    });
  const names = Object.keys(questions);
  const distributions: Record<string, readonly number[]> = {};
  for (const [at, answer] of answers.entries()) {
    const name = nameOf(asRecord(answer)['name'], names[at]);
    const question = name !== undefined && Object.hasOwn(questions, name) ? questions[name] : undefined;
    if (name === undefined || question === undefined)
      throw answerError(target, String(name), 'was not asked');
    if (Object.hasOwn(distributions, name)) throw answerError(target, name, 'occurs twice');
    distributions[name] = distributionOf(asRecord(answer), question, name, target);
  }
  return { distributions, usage, warnings: [] };
}

/** Returns the name of an answer. An answer without a name belongs to the question at the same position. */
const nameOf = (name: unknown, atPosition: string | undefined): string | undefined =>
  typeof name === 'string' ? name : atPosition;

function distributionOf(
  answer: Readonly<Record<string, unknown>>,
  question: Question,
  name: string,
  target: string,
): readonly number[] {
  const { type, probability, probabilities } = answer;
  if (type === 'refusal') throw refusedQuestionError(target, name);
  if (type !== question.type)
    throw answerError(target, name, `has the type ${String(type)} instead of ${question.type}`);
  if (question.type === 'predicate') return complementOf(probability);
  const entries = asList(probabilities).map(asRecord);
  // Core checks that each number is a probability.
  const numbers = entries.map((entry) => entry['probability'] as number);
  const isChoice = question.type === 'choice';
  const options = isChoice ? Object.keys(question.choices) : question.levels;
  const given = entries.map((entry) => entry[isChoice ? 'value' : 'label']);
  // Levels may have equal labels, or none in the answer, so labels matter only if their order differs.
  if (!isChoice && given.every((label, at) => label === undefined || label === options[at])) return numbers;
  const unknown = given.find((option) => !options.includes(option as string));
  if (unknown !== undefined)
    throw answerError(target, name, `has the unknown ${question.type} ${JSON.stringify(unknown)}`);
  const byOption = new Map(given.map((option, at) => [option, numbers[at]]));
  if (byOption.size !== entries.length) throw answerError(target, name, `has a ${question.type} twice`);
  // Without the probability of an option, the list is too short, and core rejects it.
  return options.flatMap((option) => byOption.get(option) ?? []);
}

/** Returns `[p, 1 - p]`. Core rejects a value that is not a probability. */
export const complementOf = (probability: unknown): readonly number[] => {
  const value = asNumber(probability) ?? NaN;
  return [value, 1 - value];
};

function usageOf(raw: unknown): Usage | undefined {
  const { input_tokens: input, output_tokens: output, input_tokens_details: details } = asRecord(raw);
  if (asNumber(input) === undefined && asNumber(output) === undefined) return undefined;
  const { cached_tokens: cacheRead, cache_write_tokens: cacheWrite } = asRecord(details);
  const { reasoning_tokens: reasoning } = asRecord(asRecord(raw)['output_tokens_details']);
  return {
    input: asNumber(input),
    output: asNumber(output),
    cacheRead: asNumber(cacheRead),
    cacheWrite: asNumber(cacheWrite),
    reasoning: asNumber(reasoning),
  };
}
