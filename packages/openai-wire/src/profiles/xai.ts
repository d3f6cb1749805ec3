import type { ImageLimits } from '@majordomo/core';
import type { Profile } from '../profile.ts';

/**
 * docs.x.ai/developers/model-capabilities/images/understanding, 2026-11: 20 MiB an image, and as many as one likes.
 */
export const XAI_IMAGES: ImageLimits = { mediaTypes: ['image/jpeg', 'image/png'], maxBytes: 20 * 2 ** 20 };

/**
 * xAI: recordings of 2025-2026. `total_tokens` proves that reasoning stands outside of `completion_tokens`; own
 * `reasoning_content` was sent back and taken.
 */
export const xai: Profile = {
  id: 'xai',
  vendor: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyEnv: 'XAI_API_KEY',
  capabilities: { images: XAI_IMAGES },
  quirks: { reasoningReplay: 'echo', reasoningTokens: 'outside' },
  embeddings: false,
  transcription: false,
  speech: false,
};
