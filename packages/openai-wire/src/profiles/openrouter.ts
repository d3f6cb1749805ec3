import type { Profile } from '../profile.ts';
import { SIGNED_CLAUDE } from './signed-claude.ts';

/**
 * OpenRouter: recordings of 2025-2026. Effort is a member of `reasoning`, and `reasoning_details` of any format are sent
 * back unchanged. Routing (`provider`, `models`, `transforms`) belongs in `extra`.
 */
export const openrouter: Profile = {
  id: 'openrouter',
  vendor: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  keyEnv: 'OPENROUTER_API_KEY',
  quirks: {
    reasoningField: 'reasoning',
    reasoningReplay: 'details',
    reasoningRequest: 'reasoning.effort',
    // It adapts the value to the model (its guide to reasoning, 2026).
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    cacheKey: { header: 'x-session-id' },
  },
  models: [SIGNED_CLAUDE],
};
