import type { Profile } from '../profile.ts';

/** Z.ai: recordings of 2026. `thinking` switches reasoning, own `reasoning_content` went back and was taken. */
export const zai: Profile = {
  id: 'zai',
  vendor: 'zai',
  baseURL: 'https://api.z.ai/api/paas/v4',
  keyEnv: 'ZAI_API_KEY',
  quirks: { reasoningRequest: 'thinking.type', reasoningReplay: 'echo', output: 'json_object' },
};
