import type { EmbeddingResponse } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/toolkit';
import { jsonBody } from '../parsing/body.ts';
import { Notes } from '../parsing/notes.ts';
import {
  array,
  nonEmptyString,
  oneOf,
  object,
  string,
  integer,
  invalid,
  type Parser,
} from '../parsing/fields.ts';
import { jsonResult, type OperationResult, type ParseOperation } from './operation.ts';

type Form = 'float' | 'base64';

/** Parses `POST /v1/embeddings`. */
export const parseEmbeddings: ParseOperation = async (request, limits) => {
  const body = object(await jsonBody(request, limits), '');
  const notes = new Notes();
  const model = body.required('model', nonEmptyString);
  const embedding = {
    values: body.required('input', values),
    dimensions: body.optional('dimensions', integer(1)),
  };
  const form = body.optional('encoding_format', oneOf<Form>('float', 'base64')) ?? 'float';
  const user = body.optional('user', string);
  // Comes last, because `body` records which members were parsed.
  notes.unparsedInBody(body);
  return {
    model,
    metadata: user === undefined ? undefined : { user },
    notes: notes.all,
    run: async (majordomo, spec, options) =>
      embeddingsResult(await majordomo.embeddingModel(spec).embed(embedding, options), model, form),
  };
};

const values: Parser<readonly string[]> = (value, path) => {
  if (typeof value === 'string') return [nonEmptyString(value, path)];
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  // OpenAI also accepts the tokens of one text, or of several texts.
  const isTokens = typeof first === 'number' || Array.isArray(first);
  if (isTokens) return invalid(path, 'must be text, because tokens differ between targets');
  const texts = array(nonEmptyString)(value, path);
  return texts.length === 0 ? invalid(path, 'must not be empty') : texts;
};

function embeddingsResult(response: EmbeddingResponse, model: string, form: Form): OperationResult {
  const tokens = response.usage?.input;
  return jsonResult(
    {
      object: 'list',
      data: response.vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: form === 'float' ? [...vector] : base64Of(vector),
      })),
      model,
      // Omit unknown usage, because 0 would mean that the call was free.
      ...(tokens !== undefined && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
    },
    response,
  );
}

/** Returns the bytes of the numbers as base64, in the little-endian order of every supported platform. */
const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  toBase64(new Uint8Array(buffer, byteOffset, byteLength));
