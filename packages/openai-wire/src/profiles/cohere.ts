import type { Profile } from '../profile.ts';

/** Cohere's compatible endpoint: effort is `none` or `high` (its reference, 2026). */
export const cohere: Profile = {
  id: 'cohere',
  vendor: 'cohere',
  baseURL: 'https://api.cohere.ai/compatibility/v1',
  keyEnv: 'COHERE_API_KEY',
  quirks: { stopMax: 5 },
  unverified: 'its reference of 2026; recordings exist only of its own wire',
  transcription: false,
  speech: false,
};
