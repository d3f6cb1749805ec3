import { createMajordomo, type Majordomo } from '@majordomo/core';
import { groq, openaiCompatible } from '@majordomo/provider-openai';

/** A vendor that speaks Chat Completions is data: a shipped profile, or one of your own. */
export function withLab(env: object, baseURL: string): Majordomo {
  const lab = { id: 'lab', baseURL, keyEnv: 'LAB_KEY', quirks: { maxTokensField: 'max_tokens' } } as const;
  return createMajordomo({
    env,
    // The lab loads its models at the first call: no timer for that.
    providers: [openaiCompatible(groq), openaiCompatible(lab, { timeouts: { firstContentMs: 0 } })],
  });
}

/** What a vendor takes beyond the contract goes into `extra`, by provider or by wire. */
export const extra = { lab: { top_k: 20 }, 'openai-chat': { user: 'u-1' } } as const;
