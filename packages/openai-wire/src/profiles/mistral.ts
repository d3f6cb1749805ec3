import type { Profile } from '../chat/profile.ts';

/**
 * Mistral: recordings of 2024-2026. Usage comes unasked; `random_seed` and `tool_choice: 'any'` are its names; call
 * ids have nine letters or digits; unknown members of a message are refused.
 */
export const mistral: Profile = {
  id: 'mistral',
  baseURL: 'https://api.mistral.ai/v1',
  keyEnv: 'MISTRAL_API_KEY',
  quirks: {
    emptyContent: 'empty-string',
    reasoningField: 'none',
    requiredChoice: 'any',
    seedField: 'random_seed',
    streamUsage: false,
    toolId: 'alphanumeric-9',
  },
};
