import { TEXT_ONLY, type Profile } from '../profile.ts';

/** Poolside. The models accept text only, and reason unless `chat_template_kwargs` disables reasoning (clients, 2026-07). */
export const poolside: Profile = {
  id: 'poolside',
  vendor: 'poolside',
  baseURL: 'https://inference.poolside.ai/v1',
  baseURLEnv: 'POOLSIDE_BASE_URL',
  keyEnv: 'POOLSIDE_API_KEY',
  quirks: { reasoningRequest: 'none' },
  capabilities: { ...TEXT_ONLY, reasoning: true },
  unverified: 'reports of several clients, 2026-05 to 2026-08; no recording',
};
