import { createMajordomo, type Majordomo } from '@majordomo/core';
import { createOpenAI } from '@majordomo/provider-openai';

/** Gives a token; `fresh` when the last one was refused. */
export type Vault = (fresh: boolean, signal: AbortSignal) => Promise<string>;

/**
 * Two keys are two providers, with health of their own: one that is spent is benched alone. The third asks a vault
 * before each attempt, and once more after a 401.
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
