import type { Profile } from '../profile.ts';

/** Z.ai. Source: recordings of 2026, in which `thinking` enabled reasoning and requests contained `reasoning_content`. */
export const zai: Profile = {
  id: 'zai',
  vendor: 'zai',
  baseURL: 'https://api.z.ai/api/paas/v4',
  baseURLEnv: 'ZAI_BASE_URL',
  keyEnv: 'ZAI_API_KEY',
  quirks: { reasoningRequest: 'thinking.type', reasoningReplay: 'echo', output: 'json_object' },
};
