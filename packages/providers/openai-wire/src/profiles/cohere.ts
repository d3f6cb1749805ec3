import type { Profile } from '../profile.ts';

const BASE_URL = 'https://api.cohere.ai/compatibility/v1';

/**
 * Cohere's OpenAI-compatible endpoint. Its only reasoning efforts are `none` and `high` (API reference, 2026). Reranking uses
 * Cohere's native API (cohere-ai 8.1).
 */
export const cohere: Profile = {
  id: 'cohere',
  vendor: 'cohere',
  baseURL: BASE_URL,
  baseURLEnv: 'COHERE_BASE_URL',
  keyEnv: 'COHERE_API_KEY',
  quirks: { stopMax: 5, efforts: ['high'] },
  unverified: 'API reference (2026); recordings exist only for the native API',
  transcription: false,
  speech: false,
  rerank: {
    all: {
      // A proxy has the native API next to `/compatibility/v1`. The URL parser resolves the dots.
      path: '/../../v2/rerank',
      separate: { baseURL: BASE_URL, url: 'https://api.cohere.com/v2/rerank' },
    },
  },
};
