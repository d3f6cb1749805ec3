import type { Profile } from '../profile.ts';

/**
 * Poolside: its models read text, and always reason unless a template says otherwise (`chat_template_kwargs`; several
 * clients, 2026-07).
 */
export const poolside: Profile = {
  id: 'poolside',
  vendor: 'poolside',
  baseURL: 'https://inference.poolside.ai/v1',
  keyEnv: 'POOLSIDE_API_KEY',
  quirks: { reasoningRequest: 'none' },
  capabilities: { images: false, files: false, audio: false, reasoning: true },
  unverified: 'reports of several clients, 2026-05 to 2026-08; no recording',
};
