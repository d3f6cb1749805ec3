import type { VideoBackend } from '@majordomo/core';
import type { Connection } from '../connection.ts';
import type { SdkOptions } from '../options.ts';
import type { VideoApi } from '../profile.ts';

/** Time after which a video fails by default, in milliseconds. */
const EXPIRES_MS = 3_600_000;

type Local = Pick<VideoBackend, 'settings' | 'retentionDays'>;

/** Settings and retention of a video API. The retention is unverified. */
const APIS: Readonly<Record<VideoApi, Local>> = {
  // xAI. Source: client of @ai-sdk/xai 5.0.12. A URL of a video is temporary.
  generations: { settings: ['image', 'seconds', 'aspectRatio', 'resolution'], retentionDays: 1 },
  // OpenRouter. Source: types of @openrouter/sdk 1.3.19.
  contents: { settings: ['image', 'seconds', 'seed', 'aspectRatio', 'resolution'], retentionDays: 30 },
};

/** Creates the video API of a server for a model. Loads the functions that send requests at the first call. */
export function videoBackend(
  api: VideoApi,
  modelId: string,
  connection: Connection,
  { data, fetch }: Pick<SdkOptions, 'data' | 'fetch'>,
): VideoBackend {
  const load = async (): Promise<Pick<VideoBackend, 'start' | 'look' | 'download'>> =>
    api === 'generations'
      ? (await import('./generation-requests.ts')).generationRequests(modelId, connection, fetch)
      : (await import('./content-requests.ts')).contentRequests(modelId, connection);
  const { settings, retentionDays } = APIS[api];
  return {
    expiresMs: EXPIRES_MS,
    settings,
    retentionDays: data?.retentionDays ?? retentionDays,
    start: async (...args) => (await load()).start(...args),
    look: async (...args) => (await load()).look(...args),
    download: async (...args) => (await load()).download(...args),
  };
}
