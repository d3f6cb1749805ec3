import type { Profile } from '../profile.ts';

/** Baseten. */
export const baseten: Profile = {
  id: 'baseten',
  vendor: 'baseten',
  baseURL: 'https://inference.baseten.co/v1',
  keyEnv: 'BASETEN_API_KEY',
  unverified: 'its reference of 2026; no recording',
};
