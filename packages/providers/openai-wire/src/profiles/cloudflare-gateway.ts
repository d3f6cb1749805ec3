import type { Profile } from '../profile.ts';

/**
 * Returns the profile of a Cloudflare AI Gateway for models of other vendors. Model ids begin with the vendor and a slash.
 * `apiKey` is the vendor's key. For an authenticated gateway, pass its key in `headers`: `{ 'cf-aig-authorization': 'Bearer …'
 * }`.
 */
export const cloudflareGateway = (account: string, gateway: string): Profile => ({
  id: 'cloudflare-gateway',
  vendor: 'cloudflare-ai-gateway',
  baseURL: `https://gateway.ai.cloudflare.com/v1/${account}/${gateway}/compat`,
  keyEnv: 'CLOUDFLARE_GATEWAY_KEY',
  unverified: 'API reference (2026); no recording',
});
