import type { Profile } from '../profile.ts';

/** Voyage AI: embedding and rerank models, but no chat models. */
export const voyage: Profile = {
  id: 'voyage',
  vendor: 'voyage',
  baseURL: 'https://api.voyageai.com/v1',
  baseURLEnv: 'VOYAGE_BASE_URL',
  keyEnv: 'VOYAGE_API_KEY',
  unverified: 'voyageai 0.4 and the API reference (2026); no recording exists',
  embeddings: {
    all: {
      dimensions: 'output_dimension',
      maxValues: 1000,
      purpose: { field: 'input_type', values: { query: 'query', document: 'document' } },
    },
  },
  transcription: false,
  speech: false,
  rerank: { all: { limitField: 'top_k', maxDocuments: 1000 } },
};
