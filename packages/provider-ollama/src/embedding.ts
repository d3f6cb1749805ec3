import { LlmError, type EmbeddingBackend, type EmbeddingRequest, type ModelContext } from '@majordomo/core';
import { asNumber, asRecord } from '@majordomo/core/toolkit';
import { asVectors, limitBody, extraFor, spaceOf, type ErrorContext } from '@majordomo/wire-kit';
import type { Connection, EmbedParams } from './connection.ts';
import { refusal, toLlmError } from './errors.ts';
import type { OllamaOptions } from './options.ts';

/** The key of `EmbeddingRequest.extra` for this wire. */
const WIRE = 'ollama-embed';

/** A model that makes vectors; what it takes at most is the server's to say. */
export function embeddingModel(
  modelId: string,
  options: OllamaOptions,
  connection: Connection,
): EmbeddingBackend {
  return {
    id: modelId,
    space: spaceOf(options.spaces?.[modelId] ?? modelId),
    maxValues: MOST_VALUES,
    async embed(request, context) {
      const facts: ErrorContext = { target: context.target, secrets: [] };
      try {
        const params = toEmbedParams(modelId, request, options, context);
        const response = await connection.embed(params, context, facts);
        const body: unknown = await limitBody(response, context.target).json();
        if (asRecord(body)['error'] !== undefined) throw refusal(body, facts);
        return fromEmbedBody(body, context.target);
      } catch (error) {
        context.signal.throwIfAborted();
        throw toLlmError(error, facts);
      }
    },
  };
}

/** The server has no limit; a request of this size is a part that can fail and move alone. */
const MOST_VALUES = 512;

/** Pure. Shorter vectors are asked for, and cut in core where an older server knows nothing of it. */
export function toEmbedParams(
  model: string,
  { values, dimensions, extra }: EmbeddingRequest,
  { keepAlive, numCtx }: Pick<OllamaOptions, 'keepAlive' | 'numCtx'>,
  { target }: Pick<ModelContext, 'target'>,
): EmbedParams {
  return {
    model,
    input: [...values],
    // The server would cut what is too long and say nothing (its API reference, 2026-11).
    truncate: false,
    ...(dimensions !== undefined && { dimensions }),
    ...(keepAlive !== undefined && { keep_alive: keepAlive }),
    ...(numCtx !== undefined && { options: { num_ctx: numCtx } }),
    ...extraFor(extra, WIRE, target),
  };
}

/** Pure: the vectors of an answer, and the tokens that were read. Throws `protocol` for what is none. */
export function fromEmbedBody(json: unknown, target: string): Awaited<ReturnType<EmbeddingBackend['embed']>> {
  const { embeddings, prompt_eval_count } = asRecord(json);
  const vectors = asVectors(embeddings);
  if (vectors === undefined) {
    const path = 'embeddings';
    throw new LlmError('protocol', `${target}: ${path} is no list of vectors`, { target, path });
  }
  const input = asNumber(prompt_eval_count);
  const none = { cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
  const usage = input === undefined ? undefined : { input, output: 0, ...none };
  return { target, vectors, usage, warnings: [] };
}
