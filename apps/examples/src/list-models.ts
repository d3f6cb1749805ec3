import type { Majordomo } from '@majordomo/core';

/** Returns a line for each model that a provider lists, with the size of its context, or `unknown` if the provider reports none. */
export async function modelsOf(majordomo: Majordomo, provider: string): Promise<readonly string[]> {
  const listed = await majordomo.listModels(provider, { signal: AbortSignal.timeout(5000) });
  return listed.map(({ id, capabilities }) => `${id}: ${capabilities.contextTokens ?? 'unknown'} tokens`);
}
