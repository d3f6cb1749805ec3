import {
  type ClassificationBackend,
  type ClassificationRequest,
  type JsonObject,
  type Model,
  type ModelContext,
  type Question,
} from '@majordomo/core';
import {
  answerError,
  asNumber,
  asRecord,
  optionCount,
  readObject,
  refusedQuestionError,
  statedTokens,
  withUsage,
} from '@majordomo/core/toolkit';
import { ask, isRefused } from './ask.ts';
import { NUMBER_SYSTEM, promptOf, questionText } from './prompt.ts';

/** Returns the emulation that asks for numbers as JSON; `undefined` if the model cannot write JSON. */
export function statedBackend(model: Model): ClassificationBackend | undefined {
  if (model.capabilities.output === false) return undefined;
  return {
    id: model.id,
    basis: 'stated',
    images: model.capabilities.images,
    timeouts: model.timeouts,
    classify: (request, context) => classify(model, request, context),
  };
}

async function classify(
  model: Model,
  request: ClassificationRequest,
  context: ModelContext,
): ReturnType<ClassificationBackend['classify']> {
  const { input, questions, extra } = request;
  const entries = Object.entries(questions);
  const output = schemaOf(entries);
  const options = entries.reduce((sum, [, question]) => sum + optionCount(question), 0);
  const response = await ask(
    model,
    {
      system: NUMBER_SYSTEM,
      messages: [promptOf(input, entries.map(describe).join('\n\n'))],
      maxTokens: statedTokens(options),
      temperature: 0,
      reasoning: 'none',
      output,
      extra,
    },
    context,
  );
  try {
    // One response answers all questions, so the error of a refusal names the first one.
    const [first = ''] = Object.keys(questions);
    if (isRefused(response)) throw refusedQuestionError(context.target, first);
    const { model: served, vendor, usage, warnings } = response;
    return {
      distributions: await distributionsOf(response.text, output, entries, context),
      ...(served !== undefined && { model: served }),
      ...(vendor !== undefined && { vendor }),
      usage,
      warnings,
    };
  } catch (error) {
    throw withUsage(error, context.target, [response.usage]);
  }
}

type Entry = readonly [name: string, question: Question];

const describe = ([name, question]: Entry): string => `"${name}" ${questionText(question, keysOf(question))}`;

/** Names of the numbers of a question: `true` and `false`, the choices, or the indexes of the levels. */
function keysOf(question: Question): readonly string[] {
  if (question.type === 'predicate') return ['true', 'false'];
  return question.type === 'choice'
    ? Object.keys(question.choices)
    : question.levels.map((_, at) => String(at));
}

/** Returns a schema with a number from 0 to 100 for each option of each question. */
function schemaOf(entries: readonly Entry[]): JsonObject {
  const percent: JsonObject = { type: 'number', minimum: 0, maximum: 100 };
  const object = (properties: JsonObject): JsonObject => ({
    type: 'object',
    properties,
    required: Object.keys(properties),
    additionalProperties: false,
  });
  const questions = entries.map(([name, question]) => {
    const numbers = keysOf(question).map((key) => [key, percent] as const);
    return [name, object(Object.fromEntries(numbers))] as const;
  });
  return object(Object.fromEntries(questions));
}

async function distributionsOf(
  text: string,
  output: JsonObject,
  entries: readonly Entry[],
  { target }: ModelContext,
): Promise<Record<string, readonly number[]>> {
  const read = await readObject<unknown>(text, output);
  if ('issues' in read) {
    const { path, message } = read.issues[0] ?? { path: [], message: 'is not valid' };
    throw answerError(target, String(path[0] ?? entries[0]?.[0]), `is not valid: ${message}`);
  }
  const distributions = entries.map(([name, question]) => {
    const numbers = asRecord(asRecord(read.value)[name]);
    const values = keysOf(question).map((key) => asNumber(numbers[key]) ?? 0);
    const sum = values.reduce((total, value) => total + value, 0);
    if (sum <= 0) throw answerError(target, name, 'states 0 for every option');
    return [name, values.map((value) => value / sum)] as const;
  });
  return Object.fromEntries(distributions);
}
