import type { Profile } from '../profile.ts';

/** LM Studio's server, which loads a model at its first request. */
export const lmstudio: Profile = {
  id: 'lmstudio',
  vendor: 'lmstudio',
  billing: 'included',
  baseURL: 'http://localhost:1234/v1',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  timeouts: { firstContentMs: 0, totalMs: 0 },
  unverified: 'its reference of 2026; recordings exist only of Responses',
};
