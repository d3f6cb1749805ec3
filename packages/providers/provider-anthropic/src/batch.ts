import type { BatchBackend } from '@majordomo/core';
import { lazyBatch } from '@majordomo/wire-kit/internal';
import type { Connection } from './connection.ts';
import { groupOf } from './request.ts';

/** Creates the batch API for a connection. Source of the limits: API reference, 2026-11. */
export const batchBackend = (server: Connection): BatchBackend =>
  lazyBatch(
    {
      limits: { requests: 100_000, bytes: 256_000_000, expiresMs: 86_400_000 },
      line: (id, params, headers) => ({
        text: JSON.stringify({ custom_id: id, params }),
        // A batch has one set of these headers, so only requests of the same group share a batch.
        group: groupOf(headers),
      }),
      // The lines become elements of an array in the body of the request.
      separator: ',',
    },
    async () => (await import('./batch-requests.ts')).messageBatches(server),
  );
