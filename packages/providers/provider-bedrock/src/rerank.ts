import { LlmError, type RerankBackend, type RerankRequest, type RerankResult } from '@majordomo/core';
import { asRecord, isList, UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import { extraFor, wellFormedJson } from '@majordomo/wire-kit';
import { parseJson } from '@majordomo/wire-kit/internal';
import type { Connect, Invoked } from './connection.ts';
import { INVOKE_WIRE, invokeFacts, invokeModel } from './invoke.ts';

/**
 * Creates a rerank model of Cohere. InvokeModel does not serve other rerank models, so their calls fail with `unsupported`.
 * Source: cohere-ai 8.1 and docs.aws.amazon.com/bedrock, 2026-11; not tested with recorded responses.
 */
export const rerankModel = (modelId: string, connect: Connect): RerankBackend => ({
  id: modelId,
  maxDocuments: 1000,
  rerank: (request, context) =>
    invokeModel(
      modelId,
      () => toRerankBody(modelId, request, context.target),
      context,
      connect,
      (invoked) => ({
        target: context.target,
        results: fromRerankBody(invoked, context.target),
        ...invokeFacts(INVOKE_WIRE, invoked),
        // The response has no usage. The vendor bills one search per 100 documents or fewer (price list, 2026-11).
        usage: {
          ...UNKNOWN_USAGE,
          details: { units: { search: Math.ceil(request.documents.length / 100) } },
        },
        warnings: [],
      }),
    ),
});

function toRerankBody(
  modelId: string,
  { query, documents, topN, extra }: RerankRequest,
  target: string,
): string {
  if (!/\bcohere\./.test(modelId))
    throw new LlmError(
      'unsupported',
      `${target}: this provider supports only rerank models of Cohere; use one of those models`,
      {
        target,
      },
    );
  return wellFormedJson(
    JSON.stringify({
      api_version: 2,
      query,
      documents,
      top_n: topN,
      ...extraFor(extra, INVOKE_WIRE, target),
    }),
  );
}

function fromRerankBody({ body }: Invoked, target: string): readonly RerankResult[] {
  const { results } = asRecord(parseJson(new TextDecoder().decode(body), target));
  if (!isList(results))
    throw new LlmError('protocol', `${target}: expected \`results\` to be an array`, {
      target,
      path: 'results',
    });
  return results.map((entry) => {
    const { index, relevance_score: score } = asRecord(entry);
    // Core throws `protocol` for values that are not numbers.
    return { index: index as number, score: score as number };
  });
}
