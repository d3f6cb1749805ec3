import type { Operation } from '../call/contract.ts';
import { unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { distinctWarnings } from '../stream/events.ts';
import { completeUsage } from '../stream/usage.ts';
import { type Attempt, LlmError } from '../types/llm-error.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../types/operations.ts';
import type { EmbeddingBackend, ModelContext } from '../types/provider.ts';
import { anything, filledText, integer, list, oneOf } from '../util/checks.ts';
import {
  prepareSingle,
  protocolError,
  sendInSequence,
  servedBy,
  type SingleRequest,
  requestCheck,
} from './single-response.ts';

/** Part of a call's values, with the vectors received so far. A later attempt requests only the missing vectors. */
export interface Part {
  readonly values: readonly string[];
  readonly vectors: (Float32Array | undefined)[];
  /**
   * `size`: length of the first vector of the call, shared by all parts, so that the others must have it, too; `undefined` before a
   * vector has arrived.
   */
  readonly shared: { size: number | undefined };
}

/** Returns a part without vectors. `shared`: that of the other parts of the call. */
export const newPart = (values: readonly string[], shared: Part['shared'] = { size: undefined }): Part => ({
  values,
  vectors: values.map(() => undefined),
  shared,
});

type BackendResponse = Omit<EmbeddingResponse, 'vectors' | 'attempts' | 'spec'>;

/** Creates the operation that embeds one part. If the part exceeds a target's limits, the part is sent in several requests. */
export function embeddingOperation(
  request: EmbeddingRequest,
  part: Part,
): Operation<BackendResponse, EmbeddingResponse> {
  return {
    type: 'embedding',
    // The caller has checked the request before it divided the values into parts.
    validate: () => undefined,
    prepare: async (target) => prepareSingle(singleRequest(target, request, part)),
  };
}

/** Returns the target's embedding backend; `undefined` if the provider has no embedding models. */
export const embeddingBackend = ({ provider, modelId }: Target): EmbeddingBackend | undefined =>
  provider.embeddingModel?.(modelId);

function singleRequest(
  resolved: Target,
  request: EmbeddingRequest,
  part: Part,
): SingleRequest<BackendResponse, EmbeddingResponse> {
  const { key: target } = resolved;
  const backend = embeddingBackend(resolved);
  if (backend === undefined) throw unsupportedError(target, 'does not create embeddings');
  const { dimensions: maxDimensions = Infinity, maxTokens } = backend;
  const { dimensions } = request;
  if (dimensions !== undefined && dimensions > maxDimensions)
    throw unsupportedError(target, `creates vectors of up to ${maxDimensions} dimensions, not ${dimensions}`);
  // Check all values first, so that no value is sent if a later value is too long.
  const longIndex = indexOfTooLong(request.values, maxTokens);
  if (longIndex >= 0) throw overflowError(target, longIndex, maxTokens);
  return {
    target,
    payload: { ...request, values: missingValues(part).map(([value]) => value) },
    timeouts: backend.timeouts,
    warnings: [],
    send: (context) => sendPart(backend, request, part, context),
    // `sendPart` has put the vectors into the part, next to those of earlier attempts.
    result: (_, common) => ({
      vectors: part.vectors.filter((vector) => vector !== undefined),
      ...common,
    }),
  };
}

const missingValues = ({ values, vectors }: Part): readonly (readonly [value: string, index: number])[] =>
  values.flatMap((value, index) => (vectors[index] === undefined ? [[value, index] as const] : []));

/** Requests the missing vectors. If a request fails, the vectors and the usage of the earlier requests are retained. */
async function sendPart(
  backend: EmbeddingBackend,
  request: EmbeddingRequest,
  part: Part,
  context: ModelContext,
): Promise<BackendResponse> {
  const { target } = context;
  const missing = missingValues(part);
  const requests = splitValues(
    missing.map(([value]) => value),
    backend,
  ).map((values) => ({ ...request, values }));
  /** Number of missing values whose vectors have arrived. The requests contain the missing values in order. */
  let done = 0;
  const sent = await sendInSequence(
    requests,
    context,
    (ownRequest) => backend.embed(ownRequest, context),
    (response, ownRequest) => {
      const size = backend.dimensions ?? part.shared.size;
      const vectors = checkVectors(response.vectors, ownRequest, size, target);
      part.shared.size ??= vectors[0]?.length;
      const received = missing.slice(done, done + vectors.length);
      for (const [at, [, index]] of received.entries()) part.vectors[index] = vectors[at];
      done += vectors.length;
    },
  );
  return { target, ...sent };
}

const overflowError = (target: string, index: number, maxTokens: number | undefined): LlmError =>
  new LlmError(
    'context-overflow',
    `values[${index}] is too long for ${target}; split it into values of at most ${String(maxTokens)} tokens`,
    { path: `values[${index}]` },
  );

type Limits = Pick<EmbeddingBackend, 'maxValues' | 'maxRequestTokens'>;

/** Splits the values in order into as few parts as the limits permit. Each part has at least one value. */
export function splitValues(
  values: readonly string[],
  { maxValues = Infinity, maxRequestTokens = Infinity }: Limits,
): readonly (readonly string[])[] {
  const parts: (readonly string[])[] = [];
  let from = 0;
  let tokens = 0;
  for (const [at, value] of values.entries()) {
    const added = maxRequestTokens === Infinity ? 0 : estimatedTokens(value);
    const isFull = at - from >= maxValues || tokens + added > maxRequestTokens;
    if (isFull && at > from) {
      parts.push(values.slice(from, at));
      from = at;
      tokens = 0;
    }
    tokens += added;
  }
  if (from < values.length) parts.push(values.slice(from));
  return parts;
}

/** Returns an upper estimate of the tokens of a value, because an oversized part is rejected, but a small part costs little. */
const estimatedTokens = (value: string): number =>
  Math.ceil(/[^\0-\x7f]/.test(value) ? value.length * 1.2 : value.length / 3);

/** Upper bound of characters per token in natural language. A value longer than `maxTokens` times this bound is too long. */
const MAX_TOKEN_LENGTH = 16;

/** Returns the index of the first value that certainly exceeds `maxTokens`, or -1 if no value does. */
const indexOfTooLong = (values: readonly string[], maxTokens: number = Infinity): number =>
  values.findIndex(({ length }) => length > maxTokens * MAX_TOKEN_LENGTH);

/** Maximum number of concurrent requests of one call. */
const MAX_CONCURRENT = 4;

/**
 * Sends every part. After a failure, no other part is started. Running parts are awaited, because the vendor bills them.
 *
 * @param onAttempts receives the attempts of each part when the part ends
 */
export async function runParts(
  parts: readonly Part[],
  send: (part: Part) => Promise<EmbeddingResponse>,
  onAttempts: (attempts: readonly Attempt[]) => void,
): Promise<readonly EmbeddingResponse[]> {
  const responses: EmbeddingResponse[] = [];
  const failures: unknown[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (failures.length === 0) {
      const index = next++;
      const part = parts[index];
      if (part === undefined) return;
      try {
        const response = await send(part);
        responses[index] = response;
        onAttempts(response.attempts);
      } catch (error) {
        failures.push(error);
        if (LlmError.is(error)) onAttempts(error.details.attempts);
      }
    }
  };
  await Promise.all(Array.from({ length: MAX_CONCURRENT }, worker));
  if (failures.length > 0) throw failures[0];
  return responses;
}

/** Returns one response with the vectors in the order of the values, the total usage, and each warning once. */
export function joinResponses(
  spec: string,
  firstTarget: string,
  parts: readonly Part[],
  responses: readonly EmbeddingResponse[],
  attempts: readonly Attempt[],
): EmbeddingResponse {
  return {
    vectors: parts.flatMap(({ vectors }) => vectors.filter((vector) => vector !== undefined)),
    target: responses.at(-1)?.target ?? firstTarget,
    ...servedBy(responses.at(-1) ?? {}),
    spec,
    usage: completeUsage(responses.map(({ usage }) => usage)),
    warnings: distinctWarnings(responses.flatMap(({ warnings }) => warnings)),
    attempts,
  };
}

/** Throws `config` if targets of a chain create vectors of different spaces, because such vectors cannot be compared. */
export function checkSpaces(targets: readonly Target[]): void {
  let first: { readonly key: string; readonly space: string } | undefined;
  for (const target of targets) {
    const space = embeddingBackend(target)?.space;
    if (space === undefined) continue;
    first ??= { key: target.key, space };
    if (space !== first.space) throw mixedSpacesError(first.key, first.space, target.key, space);
  }
}

const mixedSpacesError = (one: string, space: string, other: string, otherSpace: string): LlmError =>
  new LlmError(
    'config',
    `embeddings of different models cannot be mixed: ${one} uses the space "${space}", ${other} uses "${otherSpace}"; chain targets that serve the same model, or set the space of a custom model with the provider's option vectorSpaces`,
    { code: 'mixed-spaces' },
  );

/** Throws `invalid-request` for a request that no target accepts. */
export const checkEmbedding: (request: EmbeddingRequest) => void = requestCheck<EmbeddingRequest>(
  { values: list(filledText) },
  {
    dimensions: integer(1),
    purpose: oneOf('query', 'document', 'similarity', 'classification', 'clustering'),
    extra: anything,
  },
  { input: 'values', texts: 'values' },
);

/** Maximum difference between 1 and the length of a vector that is treated as normalized. */
const LENGTH_TOLERANCE = 1e-3;

/**
 * Returns one vector per value. If the request specifies a number of dimensions, longer vectors are truncated, and all vectors
 * are normalized. Throws `protocol` for a wrong number of vectors or dimensions, and for values that are not finite.
 *
 * @param knownSize expected number of dimensions if the request specifies none
 */
function checkVectors(
  vectors: unknown,
  { values, dimensions }: EmbeddingRequest,
  knownSize: number | undefined,
  target: string,
): readonly Float32Array[] {
  if (!Array.isArray(vectors) || vectors.length !== values.length) {
    const actual = Array.isArray(vectors) ? `${vectors.length}` : `a value of type ${typeof vectors}`;
    throw protocolError(target, 'vectors', `expected an array of ${values.length} vectors, got ${actual}`);
  }
  const list: readonly unknown[] = vectors;
  let size = dimensions ?? knownSize;
  return list.map((vector, index) => {
    const path = `vectors[${index}]`;
    if (!(vector instanceof Float32Array)) throw protocolError(target, path, 'expected a Float32Array');
    if (!vector.every(Number.isFinite))
      throw protocolError(target, path, 'contains values that are not finite');
    size ??= vector.length;
    if (vector.length === size && size > 0) return dimensions === undefined ? vector : normalized(vector);
    if (dimensions === undefined || vector.length < size)
      throw protocolError(target, path, `expected ${size} dimensions, got ${vector.length}`);
    return normalized(vector.slice(0, size));
  });
}

function normalized(vector: Float32Array): Float32Array {
  let square = 0;
  for (const value of vector) square += value * value;
  const length = Math.sqrt(square);
  if (length === 0 || Math.abs(length - 1) <= LENGTH_TOLERANCE) return vector;
  return vector.map((value) => value / length);
}
