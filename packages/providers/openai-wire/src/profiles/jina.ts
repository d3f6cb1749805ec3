import type { Profile } from '../profile.ts';

/** Jina AI: embedding and rerank models, but no chat models. */
export const jina: Profile = {
  id: 'jina',
  vendor: 'jina',
  baseURL: 'https://api.jina.ai/v1',
  baseURLEnv: 'JINA_BASE_URL',
  keyEnv: 'JINA_API_KEY',
  unverified: 'several clients (2026); no recording exists',
  transcription: false,
  speech: false,
  rerank: {},
};
