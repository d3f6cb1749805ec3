import {
  LlmError,
  type EmbeddingBackend,
  type EmbeddingRequest,
  type EmbeddingResponse,
  type ModelContext,
  type Usage,
} from '@majordomo/core';
import { asList, asNumber, asRecord, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { limitBody, extraFor, type ErrorContext } from '@majordomo/wire-kit';
import { asVector, sessionCall, spaceOf } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { inBandError } from './errors.ts';
import { servedByGemini } from './facts.ts';

/** Key of this API in `EmbeddingRequest.extra`, and its name in the facts of a response. */
const WIRE = 'gemini-embed';

/** Properties of a family of embedding models. The properties are not tested with recorded responses. */
interface EmbeddingFacts {
  readonly size?: number;
  readonly maxTokens?: number;
  /** Maximum number of values per request on the Gemini API. */
  readonly maxValues: number;
  /** Maximum number of values per request on Vertex. */
  readonly maxVertexValues: number;
  readonly maxVertexTokens?: number;
  /** Whether the purpose is sent as a prefix of each value instead of as `taskType`. */
  readonly prefixes?: true;
}

/**
 * Embedding models by id. Sources: ai.google.dev/gemini-api/docs/embeddings; the API reference of text embeddings on Vertex
 * (2026-11); @google/genai 3.1, which sends one value per request for newer models on Vertex.
 */
const MODELS: readonly (readonly [RegExp, EmbeddingFacts])[] = [
  [/gemini-embedding-001/, { size: 3072, maxTokens: 2048, maxValues: 100, maxVertexValues: 1 }],
  [/gemini-embedding-2/, { size: 3072, maxTokens: 8192, maxValues: 100, maxVertexValues: 1, prefixes: true }],
  [
    /text-(?:multilingual-)?embedding-00/,
    { size: 768, maxTokens: 2048, maxValues: 100, maxVertexValues: 250, maxVertexTokens: 20_000 },
  ],
];
const UNKNOWN: EmbeddingFacts = { maxValues: 100, maxVertexValues: 1 };

const embeddingFacts = (modelId: string): EmbeddingFacts =>
  MODELS.find(([pattern]) => pattern.test(modelId))?.[1] ?? UNKNOWN;

/** Creates an embedding model. `isVertex` is evaluated for each call, because the environment may select Vertex. */
export function embeddingModel(
  modelId: string,
  isVertex: (env: ModelContext['env']) => boolean,
  connection: Connection,
): EmbeddingBackend {
  const known = embeddingFacts(modelId);
  const { size, maxTokens, maxValues, maxVertexValues, maxVertexTokens } = known;
  const isVertexByOption = isVertex({});
  return {
    id: modelId,
    space: spaceOf(modelId),
    dimensions: size,
    maxTokens,
    maxValues: isVertexByOption ? maxVertexValues : maxValues,
    maxRequestTokens: isVertexByOption ? maxVertexTokens : undefined,
    async embed(request, context) {
      const isVertexCall = isVertex(context.env);
      // If only the environment selects Vertex, core splits values by the Gemini API's limit. Split them by Vertex's limit here.
      const batchSize = isVertexCall ? maxVertexValues : maxValues;
      const { values } = request;
      const responses: Embedded[] = [];
      let usage: Usage | undefined;
      for (let from = 0; from < values.length; from += batchSize) {
        const batch = { ...request, values: values.slice(from, from + batchSize) };
        responses.push(await embed(modelId, batch, known, isVertexCall, context, connection));
        usage = usageOf(responses.map(({ tokens }) => tokens));
        // The vendor bills the answered requests, also if a later request fails.
        if (usage !== undefined) context.reportUsage?.(usage);
      }
      return {
        target: context.target,
        vectors: responses.flatMap(({ vectors }) => vectors),
        usage,
        model: responses.at(-1)?.model,
        vendor: responses.at(-1)?.vendor,
        warnings: [],
      };
    },
  };
}

interface Embedded extends Pick<EmbeddingResponse, 'vectors' | 'model' | 'vendor'> {
  readonly tokens: number | undefined;
}

function embed(
  modelId: string,
  request: EmbeddingRequest,
  known: EmbeddingFacts,
  isVertex: boolean,
  context: ModelContext,
  connection: Connection,
): Promise<Embedded> {
  const { target } = context;
  return sessionCall(connection.open, context, async (session) => {
    const params = toEmbedParams(request, known, isVertex);
    const extra = extraFor(request.extra, WIRE, target);
    const response = await session.embed({ modelId, params, extra, context });
    const json: unknown = await limitBody(response, target).json();
    return { ...fromEmbedBody(json, session), ...servedByGemini(WIRE, json, session) };
  });
}

type Purpose = NonNullable<EmbeddingRequest['purpose']>;

const TASK_TYPES: Readonly<Record<Purpose, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

/** Prefixes of values by purpose, for newer models, which do not accept `taskType`. */
const PREFIXES: Readonly<Record<Purpose, string>> = {
  query: 'task: search result | query: ',
  document: 'title: none | text: ',
  similarity: 'task: sentence similarity | query: ',
  classification: 'task: classification | query: ',
  clustering: 'task: clustering | query: ',
};

/**
 * Returns the parameters of the SDK's `embedContent`. Each value becomes a separate element of `contents`, because the API
 * creates one vector per element.
 */
function toEmbedParams(
  { values, dimensions, purpose }: EmbeddingRequest,
  { prefixes }: Pick<EmbeddingFacts, 'prefixes'>,
  isVertex: boolean,
): { readonly contents: readonly object[]; readonly config: object } {
  const prefix = prefixes === true && purpose !== undefined ? PREFIXES[purpose] : '';
  return {
    contents: values.map((value) => ({ role: 'user', parts: [{ text: `${prefix}${value}` }] })),
    config: {
      ...(purpose !== undefined && prefix === '' && { taskType: TASK_TYPES[purpose] }),
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
      // By default, Vertex truncates long values without reporting the truncation. The Gemini API has no such setting.
      ...(isVertex && { autoTruncate: false }),
    },
  };
}

/** Converts a response of the Gemini API or Vertex to vectors. Throws `protocol` for an invalid response. */
function fromEmbedBody(json: unknown, facts: ErrorContext): Embedded {
  const { embeddings, embedding, predictions, usageMetadata, error } = asRecord(json);
  if (error !== undefined) throw inBandError(asRecord(error), facts);
  // The Gemini API sends `embeddings`. Vertex sends `embedding`, or `predictions` from its method `predict`.
  const predicted = asList(predictions).map((each) => asRecord(asRecord(each)['embeddings']));
  const entries =
    embedding === undefined ? [...asList(embeddings).map(asRecord), ...predicted] : [asRecord(embedding)];
  const vectors = entries.map(({ values }) => asVector(values));
  if (!vectors.every((vector) => vector !== undefined)) {
    const path = 'embeddings';
    throw new LlmError('protocol', `${facts.target}: expected \`${path}\` to contain vectors of numbers`, {
      target: facts.target,
      path,
    });
  }
  const tokens = totalOf(predicted.map(({ statistics }) => asNumber(asRecord(statistics)['token_count'])));
  return { vectors, tokens: asNumber(asRecord(usageMetadata)['promptTokenCount']) ?? tokens };
}

/** Returns the sum of the counts, or `undefined` if the list is empty or a count is missing. */
function totalOf(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0 || known.length < counts.length) return undefined;
  return known.reduce((sum, count) => sum + count, 0);
}

function usageOf(tokens: readonly (number | undefined)[]): Usage | undefined {
  const input = totalOf(tokens);
  if (input === undefined) return undefined;
  return { ...UNKNOWN_USAGE, input, output: 0 };
}
