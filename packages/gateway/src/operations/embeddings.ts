import type { EmbeddingResponse } from '@majordomo/core';
import { toBase64 } from '@majordomo/core/provider';
import { jsonBody } from '../reading/body.ts';
import { Notes } from '../reading/notes.ts';
import { list, get, maybe, name, oneOf, record, text, whole, wrong, type Read } from '../reading/read.ts';
import type { OperationAnswer, ReadOperation } from './operation.ts';

const TAKEN: ReadonlySet<string> = new Set(['model', 'input', 'dimensions', 'encoding_format', 'user']);

type Form = 'float' | 'base64';

/** `POST /v1/embeddings`. */
export const readEmbeddings: ReadOperation = async (request, mostBytes) => {
  const body = record(await jsonBody(request, mostBytes), '');
  const notes = new Notes();
  notes.rest(body, TAKEN);
  const model = get(body, 'model', name);
  const asked = {
    values: get(body, 'input', values),
    dimensions: maybe(body, 'dimensions', whole(1)),
  };
  const form = maybe(body, 'encoding_format', oneOf<Form>('float', 'base64')) ?? 'float';
  const user = maybe(body, 'user', text);
  return {
    model,
    metadata: user === undefined ? undefined : { user },
    notes: notes.all,
    answer: async (majordomo, spec, options) =>
      embeddingsAnswer(await majordomo.embeddingModel(spec).embed(asked, options), model, form),
  };
};

const values: Read<readonly string[]> = (value, path) => {
  if (typeof value === 'string') return [name(value, path)];
  if (Array.isArray(value) && (typeof value[0] === 'number' || Array.isArray(value[0])))
    return wrong(path, 'must be text: tokens differ from target to target');
  const texts = list(name)(value, path);
  return texts.length === 0 ? wrong(path, 'must not be empty') : texts;
};

function embeddingsAnswer(response: EmbeddingResponse, model: string, form: Form): OperationAnswer {
  const tokens = response.usage?.input ?? 0;
  return {
    body: JSON.stringify({
      object: 'list',
      data: response.vectors.map((vector, index) => ({
        object: 'embedding',
        index,
        embedding: form === 'float' ? [...vector] : base64Of(vector),
      })),
      model,
      usage: { prompt_tokens: tokens, total_tokens: tokens },
    }),
    mediaType: 'application/json',
    result: response,
  };
}

/** The bytes of the numbers, the last first, as every platform of ours keeps them. */
const base64Of = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  toBase64(new Uint8Array(buffer, byteOffset, byteLength));
