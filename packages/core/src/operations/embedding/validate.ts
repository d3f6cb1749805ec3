import type { EmbeddingRequest } from '../../contract/embedding.ts';
import { checkWholeNumber } from '../../prepare/whole-number.ts';
import { asked, invalid, oneOf } from '../in-one-piece.ts';

/** Throws `invalid-request` for what no target could take, with the index of the value. */
export function checkEmbedding(request: EmbeddingRequest): void {
  const given: { readonly values?: unknown; readonly purpose?: unknown } = asked(request);
  if (!Array.isArray(given.values)) throw invalid('values', 'must be a list of texts');
  const values: readonly unknown[] = given.values;
  for (const [at, value] of values.entries()) {
    if (typeof value !== 'string') throw invalid(`values[${at}]`, `must be a text, not ${typeof value}`);
    if (value.trim() === '') throw invalid(`values[${at}]`, 'must not be empty');
  }
  checkWholeNumber(request.dimensions, 'dimensions');
  oneOf(PURPOSES, given.purpose, 'purpose');
}

const PURPOSES = ['query', 'document', 'similarity', 'classification', 'clustering'];
