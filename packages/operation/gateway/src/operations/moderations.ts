import type { ImagePart, ModerationResponse, ModerationResult } from '@majordomo/core';
import { jsonBody } from '../parsing/body.ts';
import { array, invalid, nonEmptyString, object, oneOf, type Parser } from '../parsing/fields.ts';
import { imageOf, urlPart } from '../parsing/media.ts';
import { Notes } from '../parsing/notes.ts';
import { newId } from '../response/id.ts';
import { DATA_ONLY, jsonResult, type OperationResult, type ParseOperation } from './operation.ts';

/** Model that OpenAI uses if a request names none. */
const DEFAULT_MODEL = 'omni-moderation-latest';

type Value = string | ImagePart;
/** Values that are classified together, with one result. */
type Input = readonly Value[];

/** Parses `POST /v1/moderations`. */
export const parseModerations: ParseOperation = async (request, limits) => {
  const body = object(await jsonBody(request, limits), '');
  const notes = new Notes();
  const model = body.optional('model', nonEmptyString) ?? DEFAULT_MODEL;
  const inputs = body.required('input', parseModerationInput);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return {
    model,
    notes: notes.all,
    run: async (majordomo, spec, options) => {
      const response = await majordomo.moderationModel(spec).moderate({ values: inputs.flat() }, options);
      return moderationsResult(response, inputs, model);
    },
  };
};

/** Parses `input`: a string, strings with a result each, or parts with a common result. */
export const parseModerationInput: Parser<readonly Input[]> = (value, path) => {
  if (typeof value === 'string') return [[nonEmptyString(value, path)]];
  const isParts = Array.isArray(value) && typeof value[0] === 'object';
  const values: readonly Value[] = isParts ? array(part)(value, path) : array(nonEmptyString)(value, path);
  if (values.length === 0) return invalid(path, 'must not be empty');
  return isParts ? [values] : values.map((text) => [text]);
};

const part: Parser<Value> = (value, path) => {
  const fields = object(value, path);
  if (fields.required('type', oneOf('text', 'image_url')) === 'text')
    return fields.required('text', nonEmptyString);
  const url = fields.required('image_url', object).required('url', nonEmptyString);
  const urlPath = `${path}.image_url.url`;
  return imageOf(urlPart(url, urlPath, DATA_ONLY), urlPath);
};

function moderationsResult(
  response: ModerationResponse,
  inputs: readonly Input[],
  model: string,
): OperationResult {
  let next = 0;
  const results = inputs.map((input) => {
    const own = response.results.slice(next, next + input.length);
    next += input.length;
    return resultOf(own, input);
  });
  return jsonResult({ id: newId('modr-'), model, results }, response);
}

/** Returns the common result of the values of one input. A category applies if it applies to one of the values. */
function resultOf(own: readonly ModerationResult[], input: Input): object {
  const names = [
    ...new Set(own.flatMap(({ categories, scores }) => [categories, scores].flatMap(Object.keys))),
  ];
  const byName = <T>(of: (name: string) => T): Record<string, T> =>
    Object.fromEntries(names.map((name) => [name, of(name)]));
  const typeAt = (index: number): string => (typeof input[index] === 'string' ? 'text' : 'image');
  return {
    flagged: own.some(({ flagged }) => flagged),
    categories: byName((name) => own.some(({ categories }) => categories[name] === true)),
    category_scores: byName((name) => Math.max(...own.map(({ scores }) => scores[name] ?? 0))),
    category_applied_input_types: byName((name) => [
      ...new Set(own.flatMap(({ scores }, index) => (name in scores ? [typeAt(index)] : []))),
    ]),
  };
}
