import type { Profile } from '../chat/profile.ts';

/**
 * DeepSeek: recordings of 2025-2026. `thinking: { type: 'disabled' }` and `reasoning_effort` were both taken by
 * deepseek-v4-flash; JSON mode knows no schema (its reference, 2026). With thinking on, an assistant turn with tool
 * calls must carry its own `reasoning_content`.
 */
export const deepseek: Profile = {
  id: 'deepseek',
  baseURL: 'https://api.deepseek.com',
  keyEnv: 'DEEPSEEK_API_KEY',
  quirks: { reasoningOff: 'thinking.disabled', reasoningReplay: 'echo', output: 'json_object' },
};
