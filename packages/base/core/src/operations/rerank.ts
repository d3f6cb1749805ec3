import type { Operation } from '../call/contract.ts';
import { unsupportedError } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type { RerankRequest, RerankResponse, RerankResult } from '../types/operations.ts';
import { anything, filledText, integer, list } from '../util/checks.ts';
import { asNumber, asRecord, isList } from '../util/values.ts';
import {
  prepareSingle,
  protocolError,
  type SingleRequest,
  withUsage,
  requestCheck,
} from './single-response.ts';

type BackendResponse = Omit<RerankResponse, 'attempts' | 'spec'>;

/** Creates the operation that orders documents. One request contains all documents, because scores of two requests may differ. */
export function rerankOperation(request: RerankRequest): Operation<BackendResponse, RerankResponse> {
  return {
    type: 'rerank',
    validate: () => {
      validate(request);
    },
    prepare: async (target) => prepareSingle(singleRequest(target, request)),
  };
}

const validate = requestCheck<RerankRequest>(
  { query: filledText, documents: list(filledText, 1) },
  { topN: integer(1), extra: anything },
  { topk: 'topN', texts: 'documents' },
);

function singleRequest(
  { key: target, provider, modelId }: Target,
  request: RerankRequest,
): SingleRequest<BackendResponse, RerankResponse> {
  const backend = provider.rerankModel?.(modelId);
  if (backend === undefined) throw unsupportedError(target, 'does not rerank documents');
  const { maxDocuments = Infinity } = backend;
  const { length } = request.documents;
  if (length > maxDocuments)
    throw unsupportedError(target, `accepts at most ${maxDocuments} documents, not ${length}`, {
      path: 'documents',
      code: 'too-large',
    });
  return {
    target,
    payload: request,
    timeouts: backend.timeouts,
    warnings: [],
    async send(context) {
      const response = await backend.rerank(request, context);
      try {
        return { ...response, results: rank(response.results, request, target) };
      } catch (error) {
        throw withUsage(error, target, [response.usage]);
      }
    },
    result: ({ results }, common) => ({ results, ...common }),
  };
}

/** Returns the best results in order. Some servers neither sort nor limit results. Throws `protocol` for invalid results. */
function rank(
  results: unknown,
  { documents: { length }, topN = length }: RerankRequest,
  target: string,
): readonly RerankResult[] {
  const expected = Math.min(topN, length);
  if (!isList(results) || results.length < expected)
    throw protocolError(target, 'results', `expected an array of ${expected} results`);
  const scores = new Map<number, number>();
  for (const [at, result] of results.entries()) {
    const { index, score } = asRecord(result);
    if (!isIndex(index, length) || scores.has(index))
      throw protocolError(target, `results[${at}].index`, `${String(index)} is invalid or repeated`);
    if (asNumber(score) === undefined)
      throw protocolError(target, `results[${at}].score`, 'is not a finite number');
    scores.set(index, score as number);
  }
  return [...scores]
    .map(([index, score]) => ({ index, score }))
    .sort((one, other) => other.score - one.score || one.index - other.index)
    .slice(0, topN);
}

const isIndex = (value: unknown, length: number): value is number =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < length;
