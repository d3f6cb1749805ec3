import { CLAUDE_FAMILY } from '@majordomo/core/toolkit';
import type { Profile } from '../profile.ts';

/**
 * OpenRouter: recordings of 2025-2026. Effort goes into `reasoning`; own `reasoning_details` go back unchanged, in
 * whichever of its formats they came. Its routing (`provider`, `models`, `transforms`) goes into `extra`.
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
    // It fits the word to the model itself (its guide to reasoning, 2026).
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  },
  // Signed by the vendor itself, wherever its models run: read and issued elsewhere too.
  models: [
    {
      pattern: /^~?anthropic\//,
      quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
    },
  ],
};
