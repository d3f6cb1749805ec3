import { LlmError, type EmbeddingBackend, type EmbeddingRequest } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { asVectors, limitBody, extraFor, spaceOf, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { toLlmError } from './errors.ts';
import { resultOf } from './response.ts';

/** The key of `extra` for this wire. */
const WIRE = 'workersai-run';

/** The model pages, 2026-11; the types of @cloudflare/workers-types 5. */
const MOST_VALUES = 100;

/**
 * They come averaged over all words unless asked otherwise, and are then of another space than what the model's maker and
 * every other server means by its vectors.
 */
const HAS_POOLING = /bge-(?:small|base|large)-en/;

/** A model that makes vectors. */
export const embeddingModel = (modelId: string, connection: Connection): EmbeddingBackend => ({
  id: modelId,
  space: spaceOf(modelId),
  maxValues: MOST_VALUES,
  async embed(request, context) {
    const { target, signal } = context;
    const facts: ErrorContext = { target, secrets: [] };
    try {
      const input = toEmbedInput(modelId, request, target);
      const response = limitBody(await connection.run({ modelId, input, context, facts }), target);
      const vectors = asVectors(asRecord(resultOf(await response.json(), facts))['data']);
      // It counts no tokens.
      if (vectors !== undefined) return { target, vectors, usage: undefined, warnings: [] };
      throw new LlmError('protocol', `${target}: data is no list of vectors`, { target, path: 'data' });
    } catch (error) {
      signal.throwIfAborted();
      throw toLlmError(error, facts);
    }
  },
});

/** Pure: vectors are cut in core, since no model has a field for it. */
export const toEmbedInput = (
  modelId: string,
  { values, extra }: EmbeddingRequest,
  target: string,
): object => ({
  text: values,
  ...(HAS_POOLING.test(modelId) && { pooling: 'cls' }),
  ...extraFor(extra, WIRE, target),
});
