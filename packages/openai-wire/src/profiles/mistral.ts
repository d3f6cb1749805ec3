import type { ImageLimits } from '@majordomo/core';
import type { Profile } from '../profile.ts';

/** Questions and answers of docs.mistral.ai/capabilities/vision, 2026-11: 10 MB a file, eight in a request. */
const IMAGES: ImageLimits = {
  mediaTypes: ['image/png', 'image/jpeg', 'image/webp', 'image/gif'],
  maxBytes: 10_000_000,
  maxCount: 8,
};

/**
 * Mistral: recordings of 2024-2026. Usage is always sent; `random_seed` and `tool_choice: 'any'` are its names; call
 * ids have nine letters or digits; unknown members of a message are rejected.
 */
export const mistral: Profile = {
  id: 'mistral',
  vendor: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  keyEnv: 'MISTRAL_API_KEY',
  capabilities: { images: IMAGES },
  quirks: {
    // "Unexpected role 'user' after role 'tool'" (several clients, 2026-05).
    afterTools: 'assistant',
    emptyContent: 'empty-string',
    reasoningField: 'none',
    requiredChoice: 'any',
    seedField: 'random_seed',
    streamUsage: false,
    toolId: 'alphanumeric-9',
    topK: false,
  },
  // docs.mistral.ai/api/endpoint/embeddings, 2026-11: shorter vectors are `output_dimension`.
  embeddings: { all: { dimensions: 'output_dimension' } },
  transcription: { all: { times: 'verbose' } },
  speech: false,
};
