import type { Profile } from '../profile.ts';

/** Scaleway Generative APIs. */
export const scaleway: Profile = {
  id: 'scaleway',
  vendor: 'scaleway',
  baseURL: 'https://api.scaleway.ai/v1',
  baseURLEnv: 'SCALEWAY_BASE_URL',
  keyEnv: 'SCALEWAY_API_KEY',
  unverified: 'API reference (2026); no recording',
};
