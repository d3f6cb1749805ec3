import type { Profile } from '../profile.ts';

/** Baseten. */
export const baseten: Profile = {
  id: 'baseten',
  vendor: 'baseten',
  baseURL: 'https://inference.baseten.co/v1',
  baseURLEnv: 'BASETEN_BASE_URL',
  keyEnv: 'BASETEN_API_KEY',
  unverified: 'API reference (2026); no recording',
};
