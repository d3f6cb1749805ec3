import type { Profile } from '../profile.ts';

/** DeepInfra. */
export const deepinfra: Profile = {
  id: 'deepinfra',
  vendor: 'deepinfra',
  baseURL: 'https://api.deepinfra.com/v1/openai',
  baseURLEnv: 'DEEPINFRA_BASE_URL',
  keyEnv: 'DEEPINFRA_API_KEY',
  unverified: 'API reference (2026); no recording',
};
