import type { Profile } from '../profile.ts';

/** Together AI: recordings of 2024-2025; finish reason `eos` on older models. */
export const together: Profile = {
  id: 'together',
  vendor: 'togetherai',
  baseURL: 'https://api.together.xyz/v1',
  keyEnv: 'TOGETHER_API_KEY',
};
