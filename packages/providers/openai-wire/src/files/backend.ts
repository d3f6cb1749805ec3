import type { FileBackend } from '@majordomo/core';
import type { Connection } from '../connection.ts';
import type { FileApi } from '../profile.ts';

const HOUR_MS = 3_600_000;

/** Limits of a file storage, by API. Sources: `FileCreateParams` of openai 7.57, developers.openai.com (2026-11). */
const STORAGES: Readonly<Record<FileApi, Pick<FileBackend, 'lifetimeMs'> & { readonly maxBytes: number }>> = {
  // 512 MiB; 1 hour to 30 days.
  openai: { maxBytes: 536_870_912, lifetimeMs: { least: HOUR_MS, most: 720 * HOUR_MS } },
};

/**
 * Creates the file storage of a server. Responses read images and documents by id, Chat Completions only documents. Loads the functions
 * that send requests at the first call.
 */
export function fileBackend(api: FileApi, connection: Connection, isResponses: boolean): FileBackend {
  const { maxBytes, lifetimeMs } = STORAGES[api];
  const load = async (): Promise<Omit<FileBackend, 'accepts' | 'lifetimeMs'>> =>
    (await import('./file-requests.ts')).fileRequests(connection);
  return {
    lifetimeMs,
    accepts(mediaType, size) {
      const [kind] = mediaType.split('/', 1);
      const isReadById = kind === 'image' ? isResponses : kind !== 'audio' && kind !== 'video';
      return isReadById && size <= maxBytes;
    },
    account: async (context) => (await load()).account(context),
    upload: async (content, about, context) => (await load()).upload(content, about, context),
    delete: async (id, context) => (await load()).delete(id, context),
  };
}
