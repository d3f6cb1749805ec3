import type { ImageLimits } from '@majordomo/core';
import type { ModelRule } from '@majordomo/openai-wire';

/** Limits of one request with images as bytes (Groq's guide to vision, 2026-11). */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 3 * 2 ** 20,
  maxCount: 5,
  maxTotalBytes: 3 * 2 ** 20,
};

/** Groq's models by id; first match wins, an unknown id gets the defaults of the profile. From its model pages, 2026-11. */
export const GROQ_MODELS: readonly ModelRule[] = [
  {
    // Always reasons: low is its least (model card, 2025-08).
    pattern: /gpt-oss/,
    quirks: { reasoningOff: 'low' },
    capabilities: { reasoning: true, images: false, files: false },
  },
  { pattern: /qwen3/, capabilities: { reasoning: true, images: false, files: false } },
  {
    pattern: /llama-4/,
    quirks: { reasoningRequest: 'none' },
    capabilities: { images: IMAGES, files: false },
  },
  { pattern: /llama-3/, quirks: { reasoningRequest: 'none' }, capabilities: { images: false, files: false } },
];
