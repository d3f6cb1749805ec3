import type { Profile } from '../profile.ts';

/**
 * SGLang's server. Without a reasoning parser, the tags of the model are part of the text. It reports cached tokens if it was
 * started with `--enable-cache-report`.
 */
export const sglang: Profile = {
  id: 'sglang',
  vendor: 'sglang',
  billing: 'included',
  baseURL: 'http://localhost:30000/v1',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  timeouts: { firstContentMs: 0, totalMs: 0 },
  unverified: 'its reference of 2026; no recording',
};
