import { LlmError, type RerankBackend, type RerankRequest, type RerankResult } from '@majordomo/core';
import { asNumber, asRecord, isList } from '@majordomo/core/toolkit';
import { jsonBody, mergeExtra } from './extra.ts';
import type { RerankQuirks } from './quirks.ts';
import { inputUsage, unitUsage } from './usage.ts';

/** Key of this API in `RerankRequest.extra`. */
const WIRE = 'openai-rerank';

export function toRerankBody(
  request: RerankRequest,
  modelId: string,
  { limitField }: RerankQuirks,
  target: string,
): string {
  const { query, documents, topN } = request;
  const body = { model: modelId, query, documents, [limitField]: topN };
  return jsonBody(mergeExtra(body, request, WIRE, target));
}

/** Returns the results of a response in the server's order. Core checks and sorts the results. */
export function fromRerankBody(json: unknown, target: string): Awaited<ReturnType<RerankBackend['rerank']>> {
  const { results, data, usage: counts, meta } = asRecord(json);
  const list = results ?? data;
  if (!isList(list))
    throw new LlmError('protocol', `${target}: expected \`results\` to be an array`, {
      target,
      path: 'results',
    });
  // Cohere bills by search, which is a query with at most 100 documents.
  const searches = asNumber(asRecord(asRecord(meta)['billed_units'])['search_units']);
  return {
    target,
    results: list.map(resultOf),
    usage: searches === undefined ? inputUsage(counts) : unitUsage({ search: searches }),
    warnings: [],
  };
}

function resultOf(entry: unknown): RerankResult {
  const { index, relevance_score: score } = asRecord(entry);
  // Core checks both values, and throws `protocol` for a value that is not a number.
  return { index: index as number, score: score as number };
}
