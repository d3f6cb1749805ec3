import type { Profile } from '../profile.ts';

/** Z.ai: recordings of 2026. `thinking` switches reasoning. Its own `reasoning_content` was sent back and accepted. */
export const zai: Profile = {
  id: 'zai',
  vendor: 'zai',
  baseURL: 'https://api.z.ai/api/paas/v4',
  keyEnv: 'ZAI_API_KEY',
  quirks: { reasoningRequest: 'thinking.type', reasoningReplay: 'echo', output: 'json_object' },
};
