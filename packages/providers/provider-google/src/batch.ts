import type { BatchBackend } from '@majordomo/core';
import { lazyFileBatch } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';

/** Creates the Gemini batch API for one model. The limits are from "Rate limits" and "Batch Mode" (ai.google.dev, 2026-11). */
export const batchBackend = (modelId: string, connection: Connection): BatchBackend =>
  lazyFileBatch(
    {
      limits: { requests: 100_000, bytes: 2_000_000_000, expiresMs: 172_800_000 },
      line: (key, request) => ({ text: JSON.stringify({ key, request }) }),
    },
    async () => (await import('./batch-requests.ts')).geminiBatches(modelId, connection),
  );
