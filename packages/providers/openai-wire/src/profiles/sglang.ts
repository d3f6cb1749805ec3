import type { Profile } from '../profile.ts';

/**
 * SGLang's server. If it has no reasoning parser, the text contains the model's reasoning tags. The server reports cached tokens
 * only if it was started with `--enable-cache-report`.
 */
export const sglang: Profile = {
  id: 'sglang',
  vendor: 'sglang',
  billing: 'included',
  baseURL: 'http://localhost:30000/v1',
  baseURLEnv: 'SGLANG_BASE_URL',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  // A local model may take minutes to load. 0 disables a limit.
  timeouts: { firstContentMs: 0, totalMs: 0 },
  unverified: 'API reference (2026); no recording',
};
