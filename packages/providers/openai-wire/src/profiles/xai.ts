import type { ImageLimits } from '@majordomo/core';
import type { Profile } from '../profile.ts';

/** Limits of images: 20 MiB each, any number (docs.x.ai/developers/model-capabilities/images/understanding, 2026-11). */
export const XAI_IMAGES: ImageLimits = { mediaTypes: ['image/jpeg', 'image/png'], maxBytes: 20 * 2 ** 20 };

/** xAI. Source: recordings of 2025-2026. `completion_tokens` excludes reasoning, and the server accepts `reasoning_content`. */
export const xai: Profile = {
  id: 'xai',
  vendor: 'xai',
  baseURL: 'https://api.x.ai/v1',
  baseURLEnv: 'XAI_BASE_URL',
  keyEnv: 'XAI_API_KEY',
  capabilities: { images: XAI_IMAGES },
  quirks: { reasoningReplay: 'echo', reasoningTokens: 'outside', cacheKey: 'prompt_cache_key' },
  background: 'deferred',
  videos: { api: 'generations', models: /video/ },
  embeddings: false,
  transcription: false,
  speech: false,
};
