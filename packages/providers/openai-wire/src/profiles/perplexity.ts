import type { Profile } from '../profile.ts';

/**
 * Perplexity. Source: recordings of 2025-2026. Every chunk contains usage, the server does not always send `[DONE]`, and the
 * models do not support tools of the caller.
 */
export const perplexity: Profile = {
  id: 'perplexity',
  vendor: 'perplexity',
  baseURL: 'https://api.perplexity.ai',
  baseURLEnv: 'PERPLEXITY_BASE_URL',
  keyEnv: 'PERPLEXITY_API_KEY',
  quirks: { streamUsage: false, refuses: ['tool_choice', 'seed'] },
  capabilities: { tools: false, files: false, audio: false },
};
