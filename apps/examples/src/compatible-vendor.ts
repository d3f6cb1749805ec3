import { createMajordomo, type Majordomo } from '@majordomo/core';
import { groq, openaiCompatible } from '@majordomo/provider-openai';

/** Adds two vendors that support Chat Completions: one with a profile of the package, one with a custom profile. */
export function withLab(env: object, baseURL: string): Majordomo {
  const lab = { id: 'lab', baseURL, keyEnv: 'LAB_KEY', quirks: { maxTokensField: 'max_tokens' } } as const;
  return createMajordomo({
    env,
    // The server of `lab` loads a model at the first call. 0 disables the timeout for the first content.
    providers: [openaiCompatible(groq), openaiCompatible(lab, { timeouts: { firstContentMs: 0 } })],
  });
}

/** Vendor-specific request fields, by provider or by wire. */
export const extra = { lab: { top_k: 20 }, 'openai-chat': { user: 'u-1' } } as const;
