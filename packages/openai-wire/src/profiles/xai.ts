import type { ImageLimits } from '@majordomo/core';
import type { Profile } from '../profile.ts';

/**
 * docs.x.ai/developers/model-capabilities/images/understanding, 2026-11: 20 MiB per image, without a limit on their number.
 */
export const XAI_IMAGES: ImageLimits = { mediaTypes: ['image/jpeg', 'image/png'], maxBytes: 20 * 2 ** 20 };

/**
 * xAI: recordings of 2025-2026. `total_tokens` shows that `completion_tokens` excludes reasoning. Its own
 * `reasoning_content` was sent back and accepted.
 */
export const xai: Profile = {
  id: 'xai',
  vendor: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyEnv: 'XAI_API_KEY',
  capabilities: { images: XAI_IMAGES },
  quirks: { reasoningReplay: 'echo', reasoningTokens: 'outside', cacheKey: 'prompt_cache_key' },
  embeddings: false,
  transcription: false,
  speech: false,
};
