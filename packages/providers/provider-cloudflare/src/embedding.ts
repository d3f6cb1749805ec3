import { LlmError, type EmbeddingBackend, type EmbeddingRequest } from '@majordomo/core';
import { asRecord } from '@majordomo/core/toolkit';
import { limitBody, extraFor } from '@majordomo/wire-kit';
import { asVectors, servedBy, sessionCall, spaceOf } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { resultOf } from './response.ts';

const WIRE = 'workersai-run';

/** Maximum number of values per request (model pages, 2026-11; types of @cloudflare/workers-types 5). */
const MAX_VALUES = 100;

/** Models that average vectors over all tokens by default. Such vectors cannot be compared with vectors of other servers. */
const HAS_POOLING = /bge-(?:small|base|large)-en/;

/** Creates an embedding model. */
export const embeddingModel = (modelId: string, connection: Connection): EmbeddingBackend => ({
  id: modelId,
  space: spaceOf(modelId),
  maxValues: MAX_VALUES,
  embed: (request, context) =>
    sessionCall(connection.open, context, async (session) => {
      const { target } = context;
      const input = toEmbedInput(modelId, request, target);
      const response = limitBody(await session.run({ modelId, input, context }), target);
      const vectors = asVectors(asRecord(resultOf(await response.json(), session))['data']);
      const served = servedBy(WIRE, undefined, response.headers);
      // The vendor reports no token count.
      if (vectors !== undefined) return { target, ...served, vectors, usage: undefined, warnings: [] };
      throw new LlmError('protocol', `${target}: expected \`data\` to be an array of vectors`, {
        target,
        path: 'data',
      });
    }),
});

/** Converts a request to an input. Omits `dimensions`, which no model supports. majordomo shortens the vectors instead. */
const toEmbedInput = (modelId: string, { values, extra }: EmbeddingRequest, target: string): object => ({
  text: values,
  ...(HAS_POOLING.test(modelId) && { pooling: 'cls' }),
  ...extraFor(extra, WIRE, target),
});
