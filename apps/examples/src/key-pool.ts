import { createMajordomo, type Majordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';

/** Function that returns a token. `fresh` is true if the vendor has rejected the previous token. */
export type Vault = (fresh: boolean, signal: AbortSignal) => Promise<string>;

/**
 * Creates a provider for each key, so that an exhausted key is benched separately. Another provider calls a vault before each
 * attempt, and again after a 401.
 */
export function pooled(keys: readonly string[], vault: Vault, baseURL: string): Majordomo {
  const pool = keys.map((apiKey, n) => createOpenAI({ id: `key-${n}`, apiKey, baseURL, api: 'chat' }));
  const rotating = createOpenAI({
    id: 'vault',
    baseURL,
    api: 'chat',
    apiKey: ({ rejected, signal }) => vault(rejected !== undefined, signal),
  });
  return createMajordomo({
    providers: [...pool, rotating],
    aliases: { gpt: [...pool, rotating].map(({ id }) => `${id}/gpt-4o`).join(',') },
    chain: { policy: { auth: { advance: true, bench: true } } },
  });
}
