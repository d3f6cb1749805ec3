import type { Profile } from '../profile.ts';

/**
 * DeepSeek. Sources: recordings of 2025-2026, in which deepseek-v4-flash accepted `thinking: { type: 'disabled' }` and
 * `reasoning_effort`; the API reference (2026), which states that JSON mode accepts no schema. With thinking, every
 * assistant turn requires a non-empty `reasoning_content`. A turn without reasoning therefore contains a space.
 */
export const deepseek: Profile = {
  id: 'deepseek',
  vendor: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  baseURLEnv: 'DEEPSEEK_BASE_URL',
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
