import type { FileBackend } from '@majordomo/core';
import type { Connection } from './connection.ts';

const LIFETIME_MS = 172_800_000;
const MAX_BYTES = 2_147_483_648;

/**
 * Creates the file storage of the Gemini API. Source: ai.google.dev, "Files API" (2026-11): 2 GB for each file, 48 hours. Loads the
 * functions that send requests at the first call.
 */
export function fileBackend(connection: Connection): FileBackend {
  const load = async (): Promise<Pick<FileBackend, 'account' | 'upload' | 'delete'>> =>
    (await import('./file-requests.ts')).fileRequests(connection);
  return {
    lifetimeMs: { least: LIFETIME_MS, most: LIFETIME_MS },
    accepts: (_mediaType, size) => size <= MAX_BYTES,
    account: async (context) => (await load()).account(context),
    upload: async (content, about, context) => (await load()).upload(content, about, context),
    delete: async (id, context) => (await load()).delete(id, context),
  };
}
