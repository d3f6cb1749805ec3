import {
  type AssistantPart,
  type ClassificationRequest,
  type ClassificationResponse,
  type ImagePart,
  type Message,
  type Question,
  type TextPart,
  toolResult,
} from '@majordomo/core';
import { isRecord, tryParseJson, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import {
  array,
  type Fields,
  invalid,
  nonEmptyString,
  object,
  objects,
  oneOf,
  type Parser,
  string,
} from '../parsing/fields.ts';
import { imageOf, urlPart } from '../parsing/media.ts';
import { Notes } from '../parsing/notes.ts';
import { responsesUsage } from '../openai-responses/response.ts';
import { DATA_ONLY, jsonResult, type OperationResult, type ParseOperation } from './operation.ts';

/** Name that a client gave a question, or `undefined`. */
type GivenName = string | undefined;

/** Parses `POST /v1/decisions` of OpenAI's Decisions API, which is a classification in core. */
export const parseDecisions: ParseOperation = async (request, limits) => {
  const body = object(await jsonBody(request, limits), '');
  const notes = new Notes();
  const model = body.required('model', nonEmptyString);
  const input = body.required('input', parseInput);
  const asked = body.required('questions', array(parseQuestion));
  const names = namesOf(asked.map(({ name }) => name));
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return {
    model,
    notes: notes.all,
    run: async (majordomo, spec, options) => {
      const questions = Object.fromEntries(asked.map(({ question }, at) => [names[at] ?? '', question]));
      const response = await majordomo.classificationModel(spec).classify({ input, questions }, options);
      return decisionsResult(response, asked, names, model);
    },
  };
};

interface Asked {
  readonly name: GivenName;
  readonly question: Question;
  /** Labels of the levels, without their descriptions. */
  readonly labels: readonly string[];
}

const parseQuestion: Parser<Asked> = (value, path) => {
  const fields = object(value, path);
  const type = fields.required('type', oneOf('predicate', 'choice', 'score'));
  const name = fields.optional('name', nonEmptyString);
  const instructions = fields.required('instructions', parseInstructions);
  const levels = type === 'score' ? fields.required('levels', array(parseLevel)) : [];
  const question = questionOf(type, instructions, levels, fields);
  const [unknown] = fields.unparsed();
  if (unknown !== undefined) invalid(`${path}.${unknown}`, 'is not supported');
  return { name, question, labels: levels.map(({ label }) => label) };
};

function questionOf(
  type: Question['type'],
  instructions: string,
  levels: readonly Level[],
  fields: Fields,
): Question {
  if (type === 'predicate') return { type, instructions };
  if (type === 'score') return { type, instructions, levels: levels.map(({ text }) => text) };
  const entries = fields.required(
    'choices',
    objects(
      (choice) =>
        [choice.required('value', nonEmptyString), choice.optional('description', string) ?? ''] as const,
    ),
  );
  const byName = Object.fromEntries(entries);
  if (Object.keys(byName).length < entries.length) invalid(fields.pathOf('choices'), 'must be unique');
  return { type, instructions, choices: byName };
}

interface Level {
  readonly label: string;
  /** Label with the description, if the level has one. */
  readonly text: string;
}

const parseLevel: Parser<Level> = (value, path) => {
  const fields = object(value, path);
  const label = fields.required('label', nonEmptyString);
  const description = fields.optional('description', string) ?? '';
  return { label, text: description === '' ? label : `${label}: ${description}` };
};

/** Parses instructions: a string, or parts of text. */
const parseInstructions: Parser<string> = (value, path) =>
  typeof value === 'string' ? nonEmptyString(value, path) : array(textOf)(value, path).join('\n');

const textOf: Parser<string> = (value, path) => {
  const fields = object(value, path);
  fields.required('type', oneOf('input_text'));
  return fields.required('text', nonEmptyString);
};

/** Returns a name for each question that has none, which no other question has. */
function namesOf(given: readonly GivenName[]): readonly string[] {
  const known = new Set(given);
  return given.map((name, at) => {
    if (name !== undefined && given.indexOf(name) < at) invalid(`questions[${at}].name`, 'must be unique');
    let own = name ?? `q${at}`;
    while (name === undefined && known.has(own)) own += '_';
    return own;
  });
}

const parseInput: Parser<ClassificationRequest['input']> = (value, path) =>
  typeof value === 'string' ? nonEmptyString(value, path) : messagesOf(array(parseItem)(value, path), path);

type Item = Message | { readonly output: string; readonly callId: string; readonly path: string };

/** Adds the name of its call to each output. */
function messagesOf(items: readonly Item[], path: string): readonly Message[] {
  if (items.length === 0) invalid(path, 'must not be empty');
  const names = new Map<string, string>();
  return items.map((item) => {
    if ('output' in item) {
      const name =
        names.get(item.callId) ?? invalid(`${item.path}.call_id`, 'must be the id of an earlier call');
      return toolResult({ callId: item.callId, name, content: item.output });
    }
    for (const part of item.parts) if (part.type === 'tool-call') names.set(part.id, part.name);
    return item;
  });
}

const parseItem: Parser<Item> = (value, path) => {
  const fields = object(value, path);
  const type = fields.optional('type', string) ?? 'message';
  if (type === 'function_call') return callMessage(fields);
  if (type === 'function_call_output')
    return {
      output: fields.required('output', parseOutput),
      callId: fields.required('call_id', nonEmptyString),
      path,
    };
  if (type !== 'message') invalid(`${path}.type`, 'must be message, function_call or function_call_output');
  const role = fields.required('role', oneOf('user', 'assistant', 'system', 'developer'));
  const content = fields.required('content', parseContent);
  if (role === 'user') return { role, parts: content };
  const texts = content.filter((part) => part.type === 'text');
  if (texts.length < content.length) invalid(`${path}.content`, 'must contain only text');
  return role === 'assistant' ? { role, parts: texts } : { role: 'system', parts: texts };
};

function callMessage(fields: Fields): Message {
  const args = tryParseJson(fields.required('arguments', string));
  if (!isRecord(args)) invalid(fields.pathOf('arguments'), 'must be a JSON object');
  const part: AssistantPart = {
    type: 'tool-call',
    id: fields.required('call_id', nonEmptyString),
    name: fields.required('name', nonEmptyString),
    args: args as Extract<AssistantPart, { type: 'tool-call' }>['args'],
  };
  return { role: 'assistant', parts: [part] };
}

const parseOutput: Parser<string> = (value, path) =>
  typeof value === 'string' ? value : array(textOf)(value, path).join('\n');

const parseContent: Parser<readonly (TextPart | ImagePart)[]> = (value, path) =>
  typeof value === 'string'
    ? [{ type: 'text', text: nonEmptyString(value, path) }]
    : array(parsePart)(value, path);

const parsePart: Parser<TextPart | ImagePart> = (value, path) => {
  const fields = object(value, path);
  const type = fields.required('type', oneOf('input_text', 'output_text', 'input_image', 'input_json'));
  if (type === 'input_json')
    return { type: 'text', text: JSON.stringify(fields.value['json'] ?? fields.value) };
  if (type !== 'input_image') return { type: 'text', text: fields.required('text', nonEmptyString) };
  const urlPath = fields.pathOf('image_url');
  const url = fields.required('image_url', nonEmptyString);
  return imageOf(urlPart(url, urlPath, DATA_ONLY), urlPath);
};

function decisionsResult(
  response: ClassificationResponse,
  asked: readonly Asked[],
  names: readonly string[],
  model: string,
): OperationResult {
  const answers = asked.map(({ name, labels }, at) => {
    const answer = response.answers[names[at] ?? ''];
    return answer && { name: name ?? null, ...answerOf(answer, labels) };
  });
  const usage = responsesUsage(response.usage ?? UNKNOWN_USAGE);
  return jsonResult({ model, answers, usage }, response);
}

function answerOf(answer: ClassificationResponse['answers'][string], labels: readonly string[]): object {
  if (answer.type === 'predicate') return { type: answer.type, probability: answer.probability };
  if (answer.type === 'choice') {
    const entries = Object.entries(answer.probabilities);
    const probabilities = entries.map(([value, probability]) => ({ value, probability }));
    return {
      type: answer.type,
      choice: answer.choice,
      confidence: confidenceOf(probabilities),
      probabilities,
    };
  }
  const probabilities = answer.probabilities.map((probability, value) => ({
    label: labels[value] ?? '',
    value,
    probability,
  }));
  return { type: answer.type, score: answer.score, confidence: confidenceOf(probabilities), probabilities };
}

/** Returns the distance of the highest probability from equal probabilities, from 0 to 1. Core refuses a question with one option. */
function confidenceOf(entries: readonly { readonly probability: number }[]): number {
  const peak = Math.max(...entries.map(({ probability }) => probability));
  return (entries.length * peak - 1) / (entries.length - 1);
}
