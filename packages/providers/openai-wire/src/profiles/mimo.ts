import type { Profile } from '../profile.ts';

/** Xiaomi's MiMo. `thinking` turns reasoning on and off, and reasoning is sent back with tool calls (API reference, 2026). */
export const mimo: Profile = {
  id: 'mimo',
  vendor: 'xiaomi',
  baseURL: 'https://api.xiaomimimo.com/v1',
  baseURLEnv: 'MIMO_BASE_URL',
  keyEnv: 'MIMO_API_KEY',
  quirks: {
    maxTokensField: 'max_completion_tokens',
    reasoningRequest: 'thinking.type',
    reasoningReplay: 'echo',
    output: 'json_object',
  },
  unverified: 'API reference (2026); no recording',
};
