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
    // It adapts the value to the model (its guide to reasoning, 2026).
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
  },
  // Signatures of the upstream vendor, which its other platforms read and issue too.
  models: [
    {
      pattern: /^~?anthropic\//,
      quirks: { signedDetails: { family: CLAUDE_FAMILY, format: 'anthropic-claude-v1' } },
    },
  ],
};
