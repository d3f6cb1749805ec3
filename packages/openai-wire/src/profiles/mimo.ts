import type { Profile } from '../profile.ts';

/** Xiaomi's MiMo: `thinking` switches reasoning, which is sent back with calls (its reference, 2026). */
export const mimo: Profile = {
  id: 'mimo',
  vendor: 'xiaomi',
  baseURL: 'https://api.xiaomimimo.com/v1',
  keyEnv: 'MIMO_API_KEY',
  quirks: {
    maxTokensField: 'max_completion_tokens',
    reasoningRequest: 'thinking.type',
    reasoningReplay: 'echo',
    output: 'json_object',
  },
  unverified: 'its reference of 2026; no recording',
};
