import type { Profile } from '../profile.ts';

/** OVHcloud AI Endpoints. */
export const ovhcloud: Profile = {
  id: 'ovhcloud',
  vendor: 'ovhcloud',
  baseURL: 'https://oai.endpoints.kepler.ai.cloud.ovh.net/v1',
  baseURLEnv: 'OVHCLOUD_BASE_URL',
  keyEnv: 'OVHCLOUD_API_KEY',
  unverified: 'API reference (2026); no recording',
};
