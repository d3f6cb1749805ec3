import type { Majordomo } from '@majordomo/core';

/** Lists a provider's models with their limits. An unknown limit is `undefined`, not zero. */
export async function modelsOf(majordomo: Majordomo, provider: string): Promise<readonly string[]> {
  const listed = await majordomo.listModels(provider, { signal: AbortSignal.timeout(5000) });
  return listed.map(({ id, capabilities }) => `${id}: ${capabilities.contextTokens ?? 'unknown'} tokens`);
}
