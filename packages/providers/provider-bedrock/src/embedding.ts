import {
  LlmError,
  type EmbeddingBackend,
  type EmbeddingRequest,
  type EmbeddingResponse,
  type ModelContext,
} from '@majordomo/core';
import { asNumber, asRecord, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { extraFor, wellFormedJson } from '@majordomo/wire-kit';
import { asVector, asVectors, parseJson, spaceOf } from '@majordomo/wire-kit/internal';
import type { Connect, Invoked } from './connection.ts';
import { INVOKE_WIRE, invokeFacts, invokeModel } from './invoke.ts';

interface Family {
  readonly pattern: RegExp;
  readonly facts: Pick<EmbeddingBackend, 'dimensions' | 'maxValues' | 'maxTokens'>;
  /** Numbers of dimensions that the models support. */
  readonly sizes: readonly number[];
  /** Property of the request body that contains the number of dimensions. */
  readonly sizeField?: string;
  readonly wire: 'titan' | 'cohere';
}

/**
 * Families of embedding models. The last family of a vendor applies to the vendor's unknown models. The families are not tested
 * with recorded responses. Sources: docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-titan-embed-text.html,
 * model-parameters-embed-v3.html and -v4.html, 2026-11.
 */
const FAMILIES: readonly Family[] = [
  {
    pattern: /titan-embed-text-v1|titan-embed-g1/,
    facts: { dimensions: 1536, maxValues: 1, maxTokens: 8192 },
    sizes: [1536],
    wire: 'titan',
  },
  {
    pattern: /titan/,
    facts: { dimensions: 1024, maxValues: 1, maxTokens: 8192 },
    sizes: [256, 512, 1024],
    sizeField: 'dimensions',
    wire: 'titan',
  },
  {
    pattern: /cohere\.embed-(?:english|multilingual)-v3/,
    facts: { dimensions: 1024, maxValues: 96, maxTokens: 512 },
    sizes: [1024],
    wire: 'cohere',
  },
  {
    pattern: /cohere/,
    facts: { dimensions: 1536, maxValues: 96, maxTokens: 128_000 },
    sizes: [256, 512, 1024, 1536],
    sizeField: 'output_dimension',
    wire: 'cohere',
  },
];

/** Creates an embedding model. A call fails with `unsupported` if the request format of the model is unknown. */
export function embeddingModel(modelId: string, connect: Connect): EmbeddingBackend {
  const family = FAMILIES.find(({ pattern }) => pattern.test(modelId));
  return {
    id: modelId,
    space: spaceOfModel(modelId),
    ...family?.facts,
    embed: (request, context) => embed(modelId, family, request, context, connect),
  };
}

/** Returns the name that the model's maker uses: `embed-multilingual-v3.0` for `eu.cohere.embed-multilingual-v3`. */
function spaceOfModel(modelId: string): string {
  const name = spaceOf(modelId)
    .replace(/^.*\bcohere\./, '')
    .replace(/^.*\bamazon\./, '')
    .replace(/:0$/, '');
  return /^embed-\w+-v3$/.test(name) ? `${name}.0` : name;
}

function embed(
  modelId: string,
  family: Family | undefined,
  request: EmbeddingRequest,
  context: ModelContext,
  connect: Connect,
): Promise<Omit<EmbeddingResponse, 'attempts' | 'spec'>> {
  const { target } = context;
  return invokeModel(
    modelId,
    () => toEmbedBody(request, family, target),
    context,
    connect,
    (invoked) => ({
      target,
      ...fromEmbedBody(invoked, target),
      ...invokeFacts(INVOKE_WIRE, invoked),
      warnings: [],
    }),
  );
}

/** Values of `input_type` by purpose. Cohere's models require this property, and have no value for similarity. */
const INPUT_TYPES: Readonly<Record<NonNullable<EmbeddingRequest['purpose']> | 'default', string>> = {
  default: 'search_document',
  document: 'search_document',
  query: 'search_query',
  similarity: 'clustering',
  classification: 'classification',
  clustering: 'clustering',
};

/** Returns the request body. Throws `unsupported` if the request format of the model is unknown. */
function toEmbedBody(
  { values, dimensions, purpose, extra }: EmbeddingRequest,
  family: Pick<Family, 'sizes' | 'sizeField' | 'wire'> | undefined,
  target: string,
): string {
  if (family === undefined)
    throw new LlmError(
      'unsupported',
      `${target}: the embedding API of this model is unknown; use a Titan or Cohere model`,
      {
        target,
      },
    );
  const { sizes, sizeField, wire } = family;
  // Request the smallest size that is sufficient. majordomo shortens the vectors to `dimensions`.
  const size = dimensions === undefined ? undefined : sizes.find((each) => each >= dimensions);
  const sized = sizeField !== undefined && size !== undefined ? { [sizeField]: size } : {};
  const input =
    wire === 'titan'
      ? { inputText: values[0] }
      : { texts: values, input_type: INPUT_TYPES[purpose ?? 'default'], embedding_types: ['float'] };
  return wellFormedJson(JSON.stringify({ ...input, ...sized, ...extraFor(extra, INVOKE_WIRE, target) }));
}

/** Converts a response of an Amazon or Cohere model to vectors. Throws `protocol` for an invalid response. */
function fromEmbedBody(
  { body, inputTokens }: Pick<Invoked, 'body' | 'inputTokens'>,
  target: string,
): Pick<EmbeddingResponse, 'vectors' | 'usage'> {
  const { embedding, embeddings, inputTextTokenCount } = asRecord(
    parseJson(new TextDecoder().decode(body), target),
  );
  const only = asVector(embedding);
  const vectors = only === undefined ? asVectors(asRecord(embeddings)['float'] ?? embeddings) : [only];
  if (vectors === undefined)
    throw new LlmError('protocol', `${target}: expected \`embeddings\` to contain vectors`, {
      target,
      path: 'embeddings',
    });
  const input = asNumber(inputTextTokenCount) ?? inputTokens;
  return { vectors, usage: input === undefined ? undefined : { ...UNKNOWN_USAGE, input, output: 0 } };
}
