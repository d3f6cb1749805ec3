import type { Profile } from '../profile.ts';

/** Together AI. Source: recordings of 2024-2025. Older models send the finish reason `eos`. */
export const together: Profile = {
  id: 'together',
  vendor: 'togetherai',
  baseURL: 'https://api.together.xyz/v1',
  baseURLEnv: 'TOGETHER_BASE_URL',
  keyEnv: 'TOGETHER_API_KEY',
  rerank: {},
};
