import type { Profile } from '../profile.ts';

/**
 * Perplexity: recordings of 2025-2026. Usage comes unasked in every chunk, `[DONE]` does not always; its models call no
 * tools of ours. Citations are left out.
 */
export const perplexity: Profile = {
  id: 'perplexity',
  vendor: 'perplexity',
  baseURL: 'https://api.perplexity.ai',
  keyEnv: 'PERPLEXITY_API_KEY',
  quirks: { streamUsage: false, refuses: ['tool_choice', 'seed'] },
  capabilities: { tools: false, files: false, audio: false },
};
