import type { ServiceTier, Warning } from '@majordomo/core';

/** The server's word for a tier of service. */
export function tierToWire(
  tier: ServiceTier | undefined,
  words: 'none' | Readonly<Record<ServiceTier, string>>,
  warnings: Warning[],
): string | undefined {
  if (tier === undefined) return undefined;
  if (words !== 'none') return words[tier];
  warnings.push({
    action: 'dropped',
    what: `serviceTier "${tier}"`,
    why: 'the server has no tiers of service',
  });
  return undefined;
}
