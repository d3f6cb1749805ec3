import { LlmError, type EmbeddingBackend, type EmbeddingRequest, type ModelContext } from '@majordomo/core';
import { asNumber, asRecord, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { limitBody, extraFor } from '@majordomo/wire-kit';
import { asVectors, servedBy, sessionCall, spaceOf } from '@majordomo/wire-kit/internal';
import type { Connection, EmbedParams } from './connection.ts';
import { responseError } from './errors.ts';
import type { OllamaOptions } from './options.ts';

const WIRE = 'ollama-embed';

/** Creates an embedding model. `maxTokens` is not set, because the maximum length of a value depends on the server. */
export function embeddingModel(
  modelId: string,
  options: OllamaOptions,
  connection: Connection,
): EmbeddingBackend {
  return {
    id: modelId,
    space: spaceOf(options.vectorSpaces?.[modelId] ?? modelId),
    maxValues: MAX_VALUES,
    embed: (request, context) =>
      sessionCall(connection.open, context, async (session) => {
        const params = toEmbedParams(modelId, request, options, context);
        const response = await session.embed(params, context);
        const body: unknown = await limitBody(response, context.target).json();
        if (asRecord(body)['error'] !== undefined) throw responseError(body, session);
        return { ...fromEmbedBody(body, context.target), ...servedBy(WIRE, body, response.headers) };
      }),
  };
}

/**
 * Maximum number of values per request. The server has no maximum. If one of several smaller requests fails, only its values are
 * sent to another target.
 */
const MAX_VALUES = 512;

/** Converts a request to parameters. Older servers ignore `dimensions`, so majordomo shortens their vectors. */
function toEmbedParams(
  model: string,
  { values, dimensions, extra }: EmbeddingRequest,
  { keepAlive, numCtx }: Pick<OllamaOptions, 'keepAlive' | 'numCtx'>,
  { target }: Pick<ModelContext, 'target'>,
): EmbedParams {
  return {
    model,
    input: [...values],
    // By default, the server truncates long values without reporting the truncation (API reference, 2026-11).
    truncate: false,
    ...(dimensions !== undefined && { dimensions }),
    ...(keepAlive !== undefined && { keep_alive: keepAlive }),
    ...(numCtx !== undefined && { options: { num_ctx: numCtx } }),
    ...extraFor(extra, WIRE, target),
  };
}

/** Returns the vectors and the token count. Throws `protocol` for an invalid response. */
function fromEmbedBody(json: unknown, target: string): Awaited<ReturnType<EmbeddingBackend['embed']>> {
  const { embeddings, prompt_eval_count } = asRecord(json);
  const vectors = asVectors(embeddings);
  if (vectors === undefined) {
    const path = 'embeddings';
    throw new LlmError('protocol', `${target}: expected \`${path}\` to be an array of vectors`, {
      target,
      path,
    });
  }
  const input = asNumber(prompt_eval_count);
  const usage = input === undefined ? undefined : { ...UNKNOWN_USAGE, input, output: 0 };
  return { target, vectors, usage, warnings: [] };
}
