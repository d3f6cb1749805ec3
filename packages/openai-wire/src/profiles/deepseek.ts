import type { Profile } from '../profile.ts';

/**
 * DeepSeek: recordings of 2025-2026. deepseek-v4-flash accepted `thinking: { type: 'disabled' }` and `reasoning_effort`.
 * JSON mode has no schema (its reference, 2026). With thinking, assistant turns must contain `reasoning_content`: their
 * own, or a space, because an empty string is rejected.
 */
export const deepseek: Profile = {
  id: 'deepseek',
  vendor: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyEnv: 'DEEPSEEK_API_KEY',
  quirks: {
    reasoningOff: 'thinking.disabled',
    reasoningReplay: 'echo',
    reasoningPlaceholder: ' ',
    output: 'json_object',
  },
  embeddings: false,
  transcription: false,
  speech: false,
};
