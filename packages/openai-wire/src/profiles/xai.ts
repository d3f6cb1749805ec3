import type { Profile } from '../chat/profile.ts';

/**
 * xAI: recordings of 2025-2026. `total_tokens` proves that reasoning stands outside of `completion_tokens`; own
 * `reasoning_content` was sent back and taken.
 */
export const xai: Profile = {
  id: 'xai',
  baseURL: 'https://api.x.ai/v1',
  keyEnv: 'XAI_API_KEY',
  quirks: { reasoningReplay: 'echo', reasoningTokens: 'outside' },
};
