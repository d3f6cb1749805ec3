import type { EmbeddingResponse } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import { Notes } from '../parsing/notes.ts';
import {
  array,
  required,
  optional,
  nonEmptyString,
  oneOf,
  object,
  string,
  integer,
  invalid,
  type Parser,
} from '../parsing/fields.ts';
import type { OperationResult, ParseOperation } from './operation.ts';

const TAKEN: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);

type Form = 'float' | 'base64';

/** `POST /v1/embeddings`. */
export const parseEmbeddings: ParseOperation = async (request, mostBytes) => {
  const body = object(await jsonBody(request, mostBytes), '');
  const notes = new Notes();
  notes.unknown(body, TAKEN);
  const model = required(body, 'model', nonEmptyString);
  const asked = {
    values: required(body, 'input', values),
    dimensions: optional(body, 'dimensions', integer(1)),
  };
  const form = optional(body, 'encoding_format', oneOf<Form>('float', 'base64')) ?? 'float';
  const user = optional(body, 'user', string);
  return {
    model,
    metadata: user === undefined ? undefined : { user },
    notes: notes.all,
    run: async (majordomo, spec, options) =>
      embeddingsAnswer(await majordomo.embeddingModel(spec).embed(asked, options), model, form),
  };
};

const values: Parser<readonly string[]> = (value, path) => {
  if (typeof value === 'string') return [nonEmptyString(value, path)];
  if (Array.isArray(value) && (typeof value[0] === 'number' || Array.isArray(value[0])))
    return invalid(path, 'must be text: tokens differ from target to target');
  const texts = array(nonEmptyString)(value, path);
  return texts.length === 0 ? invalid(path, 'must not be empty') : texts;
};

function embeddingsAnswer(response: EmbeddingResponse, model: string, form: Form): OperationResult {
  const tokens = response.usage?.input;
  return {
    body: JSON.stringify({
      object: 'list',
      data: response.vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: form === 'float' ? [...vector] : base64Of(vector),
      })),
      model,
      // Unknown usage is absent: 0 would look like a free call.
      ...(tokens !== undefined && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    }),
    mediaType: 'application/json',
    result: response,
  };
}

/** Bytes of the numbers in little-endian order, as on every supported platform. */
const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  toBase64(new Uint8Array(buffer, byteOffset, byteLength));
