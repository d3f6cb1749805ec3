import type { Profile } from '../profile.ts';
import { SIGNED_CLAUDE } from './signed-claude.ts';

/**
 * OpenRouter. Source: recordings of 2025-2026. Effort is a property of `reasoning`. `reasoning_details` of any format are sent
 * back unchanged. Pass routing settings (`provider`, `models`, `transforms`) in `extra`.
 */
export const openrouter: Profile = {
  id: 'openrouter',
  vendor: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  baseURLEnv: 'OPENROUTER_BASE_URL',
  keyEnv: 'OPENROUTER_API_KEY',
  videos: { api: 'contents' },
  quirks: {
    reasoningField: 'reasoning',
    reasoningReplay: 'details',
    reasoningRequest: 'reasoning.effort',
    // OpenRouter adapts the value to the model (guide to reasoning, 2026).
    efforts: ['minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    cacheKey: { header: 'x-session-id' },
  },
  models: [SIGNED_CLAUDE],
  // Source: types of @openrouter/sdk 1.3.19, and the client of @earendil-works/pi-ai 1.5.2.
  classification: [
    {
      // Ids of latest models begin with `~`, such as `~anthropic/claude-opus-latest`.
      pattern: /^~?typesafe\//,
      quirks: {
        api: 'system-one',
        images: { mediaTypes: ['image/png', 'image/jpeg'], maxBytes: 20_000_000 },
      },
    },
  ],
};
