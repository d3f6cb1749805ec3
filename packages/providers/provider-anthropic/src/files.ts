import type { FileBackend } from '@majordomo/core';
import type { Connection } from './connection.ts';

const HOUR_MS = 3_600_000;

/** Maximum size of a file in bytes (API reference, 2026-11). */
const MAX_BYTES = 500_000_000;

/**
 * Creates the file storage for a connection. Source: types and changelog of @anthropic-ai/sdk 1.13 (2026-11). No beta header is sent,
 * because it selects old forms of the responses. Loads the functions that send requests at the first call.
 */
export function fileBackend(server: Connection): FileBackend {
  const load = async (): Promise<Pick<FileBackend, 'account' | 'upload' | 'delete'>> =>
    (await import('./file-requests.ts')).fileRequests(server);
  return {
    // 1 hour to 90 days.
    lifetimeMs: { least: HOUR_MS, most: 2160 * HOUR_MS },
    accepts: (mediaType, size) =>
      size <= MAX_BYTES && /^(?:application\/pdf|text\/plain|image\/(?:jpeg|png|gif|webp))$/.test(mediaType),
    account: async (context) => (await load()).account(context),
    upload: async (content, about, context) => (await load()).upload(content, about, context),
    delete: async (id, context) => (await load()).delete(id, context),
  };
}
