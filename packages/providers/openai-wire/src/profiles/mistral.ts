import type { ImageLimits } from '@majordomo/core';
import type { Profile } from '../profile.ts';

/** Limits of images: 10 MB per file, eight files per request (FAQ of docs.mistral.ai/capabilities/vision, 2026-11). */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 10_000_000,
  maxCount: 8,
};

/**
 * Mistral. Source: recordings of 2024-2026. The server always sends usage, uses `random_seed` and `tool_choice: 'any'`,
 * requires call ids of nine letters or digits, and rejects unknown properties of a message.
 */
export const mistral: Profile = {
  id: 'mistral',
  vendor: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  baseURLEnv: 'MISTRAL_BASE_URL',
  keyEnv: 'MISTRAL_API_KEY',
  capabilities: { images: IMAGES },
  quirks: {
    // "Unexpected role 'user' after role 'tool'" (reported by several clients, 2026-05).
    afterTools: 'assistant',
    emptyContent: 'empty-string',
    reasoningField: 'none',
    requiredChoice: 'any',
    seedField: 'random_seed',
    streamUsage: false,
    toolId: 'alphanumeric-9',
    topK: false,
  },
  batches: 'jobs',
  // docs.mistral.ai/api/endpoint/embeddings, 2026-11: `output_dimension` requests shorter vectors.
  embeddings: { all: { dimensions: 'output_dimension' } },
  transcription: { all: { times: 'verbose' } },
  speech: false,
  // @mistralai/mistralai 2.7: the endpoint accepts only strings and reports neither a decision nor usage.
  moderation: {},
};
