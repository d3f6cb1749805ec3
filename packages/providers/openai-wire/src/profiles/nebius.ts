import type { Profile } from '../profile.ts';

/** Nebius Token Factory. */
export const nebius: Profile = {
  id: 'nebius',
  vendor: 'nebius',
  baseURL: 'https://api.tokenfactory.nebius.com/v1',
  baseURLEnv: 'NEBIUS_BASE_URL',
  keyEnv: 'NEBIUS_API_KEY',
  unverified: 'API reference (2026); no recording',
};
