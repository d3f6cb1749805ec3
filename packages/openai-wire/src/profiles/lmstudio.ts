import type { Profile } from '../profile.ts';

/** Server of LM Studio. It loads a model when the model is first requested. */
export const lmstudio: Profile = {
  id: 'lmstudio',
  vendor: 'lmstudio',
  billing: 'included',
  baseURL: 'http://localhost:1234/v1',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  timeouts: { firstContentMs: 0, totalMs: 0 },
  unverified: 'API reference (2026); recordings exist only for Responses',
};
