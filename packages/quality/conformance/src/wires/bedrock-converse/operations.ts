import { anything, asList, asNumber, asRecord, asText, list, object, text } from '@majordomo/core/toolkit';
import { endpoint, inputTokens, jsonReply, rankingJson, textReply } from '../operations/operation.ts';
import { stringOf } from '../members.ts';
import { count, isString } from '../shape.ts';
import type { WireOperation } from '../wire.ts';

// Source of InvokeModel with the bodies of Titan and Cohere: docs.aws.amazon.com/bedrock/latest/userguide/
// model-parameters-titan-embed-text.html, model-parameters-embed-v3.html and -v4.html, 2026-11.

const PATH = /^\/model\/([^/]+)\/invoke$/;

const TITAN = object(
  { inputText: text },
  { dimensions: count, normalize: anything, embeddingTypes: anything },
);
const COHERE = object(
  { texts: list(text, 1, 96), input_type: text },
  { embedding_types: anything, output_dimension: count, truncate: text },
);

const RERANK = object(
  { api_version: anything, query: text, documents: list(text, 1, 1000) },
  { top_n: count },
);

const modelIn = (path: string): string => decodeURIComponent(PATH.exec(path)?.[1] ?? '');

const embeddings = endpoint('embedding', {
  path: PATH,
  isOwn: (body) => !('documents' in body),
  shape: (body) => ('inputText' in asRecord(body) ? TITAN : COHERE)(body),
  read: ({ inputText, texts, dimensions, output_dimension: size = dimensions }, path) => ({
    model: modelIn(path),
    values: inputText === undefined ? asList(texts).filter(isString) : [stringOf(inputText)],
    dimensions: asNumber(size),
    format: inputText === undefined ? 'cohere' : 'titan',
  }),
  answer(turn, { format, values }) {
    const vectors = turn.vectors.map((vector) => [...vector]);
    const tokens = inputTokens(turn);
    const headers = { 'x-amzn-requestid': 'req_test', 'x-amzn-bedrock-input-token-count': String(tokens) };
    return jsonReply(
      format === 'titan'
        ? { embedding: vectors[0], inputTextTokenCount: tokens }
        : { id: 'e1', embeddings: { float: vectors }, response_type: 'embeddings_by_type', texts: values },
      headers,
    );
  },
});

// Cohere's rerank body. Source: cohere-ai 8.1, 2026-11. The response contains no usage.
const rerank = endpoint('rerank', {
  path: PATH,
  isOwn: (body) => 'documents' in body,
  shape: RERANK,
  read: ({ query, documents }, path) => ({
    model: modelIn(path),
    text: asText(query),
    values: asList(documents).filter(isString),
  }),
  answer: (turn) => textReply(`{"results":${rankingJson(turn)}}`, { 'x-amzn-requestid': 'req_test' }),
});

/** Endpoints of Bedrock for operations other than chat. */
export const bedrockOperations: readonly WireOperation[] = [embeddings, rerank];
