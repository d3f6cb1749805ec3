import type { Profile } from '../profile.ts';

/** LM Studio's server. It loads a model when a request first uses the model. */
export const lmstudio: Profile = {
  id: 'lmstudio',
  vendor: 'lmstudio',
  billing: 'included',
  baseURL: 'http://localhost:1234/v1',
  baseURLEnv: 'LMSTUDIO_BASE_URL',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  // A local model may take minutes to load. 0 disables a limit.
  timeouts: { firstContentMs: 0, totalMs: 0 },
  unverified: 'API reference (2026); recordings exist only for Responses',
};
