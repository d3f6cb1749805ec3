import type { Profile } from '../chat/profile.ts';

/**
 * OpenRouter: recordings of 2025-2026. Effort goes into `reasoning`; own `reasoning_details` go back unchanged, in
 * whichever of its formats they came. Its routing (`provider`, `models`, `transforms`) goes into `extra`.
 */
export const openrouter: Profile = {
  id: 'openrouter',
  baseURL: 'https://openrouter.ai/api/v1',
  keyEnv: 'OPENROUTER_API_KEY',
  quirks: { reasoningField: 'reasoning', reasoningReplay: 'details', reasoningRequest: 'reasoning.effort' },
};
