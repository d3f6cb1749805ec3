import type { VideoBackend } from '@majordomo/core';
import type { Connection } from './connection.ts';

/** Time after which a video fails by default, in milliseconds. */
const EXPIRES_MS = 3_600_000;

/** Whether a model id is the id of a model that generates videos. */
export const isVideoModel = (modelId: string): boolean => modelId.startsWith('veo-');

/**
 * Creates the video API of a model. Loads the functions that send requests at the first call. `declaredDays` is the retention that the
 * application has declared.
 */
export function videoBackend(
  modelId: string,
  connection: Connection,
  declaredDays: number | undefined,
): VideoBackend {
  const load = async (): Promise<Pick<VideoBackend, 'start' | 'look' | 'download'>> =>
    (await import('./video-requests.ts')).videoRequests(modelId, connection);
  return {
    expiresMs: EXPIRES_MS,
    // The Gemini API stores videos for 2 days (ai.google.dev, 2026-11, unverified).
    retentionDays: declaredDays ?? 2,
    settings: ['image', 'seconds', 'seed', 'aspectRatio', 'resolution'],
    start: async (...args) => (await load()).start(...args),
    look: async (...args) => (await load()).look(...args),
    download: async (...args) => (await load()).download(...args),
  };
}
