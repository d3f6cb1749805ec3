import type { Profile } from '../chat/profile.ts';

/** NVIDIA's hosted models and its own servers, which take another `baseURL`. */
export const nvidia: Profile = {
  id: 'nvidia',
  vendor: 'nvidia',
  baseURL: 'https://integrate.api.nvidia.com/v1',
  keyEnv: 'NVIDIA_API_KEY',
  unverified: 'its reference of 2026; no recording',
};
