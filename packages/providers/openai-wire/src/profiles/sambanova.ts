import type { Profile } from '../profile.ts';

/** SambaNova. */
export const sambanova: Profile = {
  id: 'sambanova',
  vendor: 'sambanova',
  baseURL: 'https://api.sambanova.ai/v1',
  baseURLEnv: 'SAMBANOVA_BASE_URL',
  keyEnv: 'SAMBANOVA_API_KEY',
  unverified: 'API reference (2026); no recording',
};
