import type { BatchBackend, BatchLimits, JsonObject } from '@majordomo/core';
import { lazyFileBatch } from '@majordomo/wire-kit/internal';
import type { Connection } from '../connection.ts';
import type { BatchApi } from '../profile.ts';

const DAY_MS = 86_400_000;

/** Limits of one batch, by API. Sources: `BatchCreateParams` of openai 7.57; known limitations on docs.mistral.ai (2026-11). */
const LIMITS: Readonly<Record<BatchApi, BatchLimits>> = {
  openai: { requests: 50_000, bytes: 200_000_000, values: 50_000, expiresMs: DAY_MS },
  jobs: { requests: 100_000, bytes: 512_000_000, expiresMs: DAY_MS },
};

/** Creates the batch API for one model and one path, such as `/chat/completions`. */
export function batchBackend(
  api: BatchApi,
  connection: Connection,
  modelId: string,
  path: string,
): BatchBackend {
  const endpoint = `/v1${path}`;
  return lazyFileBatch(
    {
      limits: LIMITS[api],
      line: (id, body) => ({ text: JSON.stringify(lineOf(api, id, body, endpoint)) }),
    },
    async () => {
      const [{ fileBatches }, { BATCH_APIS }] = await Promise.all([
        import('./file-batches.ts'),
        import('./jobs.ts'),
      ]);
      return fileBatches(connection, BATCH_APIS[api], { modelId, endpoint });
    },
  );
}

/** Returns a line of the input file. A line for jobs (Mistral) omits the endpoint and the model, because the job contains them. */
function lineOf(api: BatchApi, id: string, body: JsonObject, endpoint: string): object {
  if (api === 'openai') return { custom_id: id, method: 'POST', url: endpoint, body };
  const { model: _model, ...params } = body;
  return { custom_id: id, body: params };
}
