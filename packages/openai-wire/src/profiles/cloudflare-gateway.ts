import type { Profile } from '../profile.ts';

/**
 * Cloudflare's AI Gateway in front of other vendors. Model ids begin with the vendor and a slash, and `apiKey` is the
 * vendor's. `headers` contains the key of an authenticated gateway, `{ 'cf-aig-authorization': 'Bearer …' }`.
 */
export const cloudflareGateway = (account: string, gateway: string): Profile => ({
  id: 'cloudflare-gateway',
  vendor: 'cloudflare-ai-gateway',
  baseURL: `https://gateway.ai.cloudflare.com/v1/${account}/${gateway}/compat`,
  keyEnv: 'CLOUDFLARE_GATEWAY_KEY',
  unverified: 'its reference of 2026; no recording',
});
