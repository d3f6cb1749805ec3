import {
  LlmError,
  type EmbeddingBackend,
  type EmbeddingRequest,
  type EmbeddingResponse,
  type ModelContext,
  type Usage,
} from '@majordomo/core';
import { asList, asNumber, asRecord } from '@majordomo/core/toolkit';
import { asVector, limitBody, extraFor, spaceOf } from '@majordomo/wire-kit';
import type { Connection } from './connection.ts';
import { inBandError, toLlmError, type GeminiFacts } from './errors.ts';

/** The key of `EmbeddingRequest.extra` for this wire. */
const WIRE = 'gemini-embed';

/** How a family of embedding models differs from others; no recording. */
interface EmbeddingFacts {
  readonly size?: number;
  readonly maxTokens?: number;
  /** Most values of a request of the Gemini API. */
  readonly maxValues: number;
  /** The same on Vertex, where a request may have so many tokens. */
  readonly maxVertexValues: number;
  readonly maxVertexTokens?: number;
  /** Is the purpose said in front of each text, or as `task_type`? */
  readonly prefixes?: true;
}

/**
 * ai.google.dev/gemini-api/docs/embeddings, the reference of text embeddings on Vertex (2026-11), and @google/genai 3.1,
 * which sends one content at a time of newer models on Vertex.
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

const factsFor = (modelId: string): EmbeddingFacts =>
  MODELS.find(([pattern]) => pattern.test(modelId))?.[1] ?? UNKNOWN;

/** A model that makes vectors. `isVertex` is asked per call: the environment may say it. */
export function embeddingModel(
  modelId: string,
  isVertex: (env: ModelContext['env']) => boolean,
  connection: Connection,
): EmbeddingBackend {
  const known = factsFor(modelId);
  const { size, maxTokens, maxValues, maxVertexValues, maxVertexTokens } = known;
  const usual = isVertex({});
  return {
    id: modelId,
    space: spaceOf(modelId),
    dimensions: size,
    maxTokens,
    maxValues: usual ? maxVertexValues : maxValues,
    maxRequestTokens: usual ? maxVertexTokens : undefined,
    async embed(request, context) {
      const vertex = isVertex(context.env);
      // Where only the environment knows that it is Vertex, a part may be too large for it.
      const most = vertex ? maxVertexValues : maxValues;
      const { values } = request;
      const answers: Embedded[] = [];
      for (let from = 0; from < values.length; from += most) {
        const asked = { ...request, values: values.slice(from, from + most) };
        answers.push(await embed(modelId, asked, known, vertex, context, connection));
      }
      return {
        target: context.target,
        vectors: answers.flatMap(({ vectors }) => vectors),
        usage: usageOf(answers.map(({ tokens }) => tokens)),
        warnings: [],
      };
    },
  };
}

interface Embedded extends Pick<EmbeddingResponse, 'vectors'> {
  readonly tokens: number | undefined;
}

async function embed(
  modelId: string,
  request: EmbeddingRequest,
  known: EmbeddingFacts,
  isVertex: boolean,
  context: ModelContext,
  connection: Connection,
): Promise<Embedded> {
  const { target, signal } = context;
  const facts: GeminiFacts = { target, secrets: [] };
  try {
    const params = toEmbedParams(request, known, isVertex);
    const extra = extraFor(request.extra, WIRE, target);
    const response = await connection.embed({ modelId, params, extra, context, facts });
    return fromEmbedBody(await limitBody(response, target).json(), facts);
  } catch (error) {
    signal.throwIfAborted();
    throw toLlmError(error, facts);
  }
}

type Purpose = NonNullable<EmbeddingRequest['purpose']>;

const TASKS: Readonly<Record<Purpose, string>> = {
  query: 'RETRIEVAL_QUERY',
  document: 'RETRIEVAL_DOCUMENT',
  similarity: 'SEMANTIC_SIMILARITY',
  classification: 'CLASSIFICATION',
  clustering: 'CLUSTERING',
};

/** What the second line of models wants before a text instead. */
const PREFIXES: Readonly<Record<Purpose, string>> = {
  query: 'task: search result | query: ',
  document: 'title: none | text: ',
  similarity: 'task: sentence similarity | query: ',
  classification: 'task: classification | query: ',
  clustering: 'task: clustering | query: ',
};

/** Pure: what `embedContent` of the SDK takes. Each text is a content of its own: texts alone would become one vector. */
export function toEmbedParams(
  { values, dimensions, purpose }: EmbeddingRequest,
  { prefixes }: Pick<EmbeddingFacts, 'prefixes'>,
  isVertex: boolean,
): { readonly contents: readonly object[]; readonly config: object } {
  const prefix = prefixes === true && purpose !== undefined ? PREFIXES[purpose] : '';
  return {
    contents: values.map((value) => ({ role: 'user', parts: [{ text: `${prefix}${value}` }] })),
    config: {
      ...(purpose !== undefined && prefix === '' && { taskType: TASKS[purpose] }),
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
      // It would cut what is too long and say nothing; the Gemini API has no such switch.
      ...(isVertex && { autoTruncate: false }),
    },
  };
}

/** Pure: the vectors of an answer in the shape of either platform. Throws `protocol` for what is none. */
export function fromEmbedBody(json: unknown, facts: GeminiFacts): Embedded {
  const { embeddings, embedding, predictions, usageMetadata, error } = asRecord(json);
  if (error !== undefined) throw inBandError(asRecord(error), facts);
  const predicted = asList(predictions).map((each) => asRecord(asRecord(each)['embeddings']));
  const given =
    embedding === undefined ? [...asList(embeddings).map(asRecord), ...predicted] : [asRecord(embedding)];
  const vectors = given.map(({ values }) => asVector(values));
  if (!vectors.every((vector) => vector !== undefined)) {
    const path = 'embeddings';
    throw new LlmError('protocol', `${facts.target}: ${path} has what is no vector`, {
      target: facts.target,
      path,
    });
  }
  const tokens = totalOf(predicted.map(({ statistics }) => asNumber(asRecord(statistics)['token_count'])));
  return { vectors, tokens: asNumber(asRecord(usageMetadata)['promptTokenCount']) ?? tokens };
}

/** Unknown where the vendor does not report one of the counts. */
function totalOf(counts: readonly (number | undefined)[]): number | undefined {
  const known = counts.filter((count) => count !== undefined);
  if (known.length === 0 || known.length < counts.length) return undefined;
  return known.reduce((sum, count) => sum + count, 0);
}

function usageOf(tokens: readonly (number | undefined)[]): Usage | undefined {
  const input = totalOf(tokens);
  if (input === undefined) return undefined;
  return { input, output: 0, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined };
}
