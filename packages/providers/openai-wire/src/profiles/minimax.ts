import { TEXT_ONLY, type Profile } from '../profile.ts';

/**
 * MiniMax. `reasoning_split` separates reasoning from the text, and later requests must contain the reasoning (guide to the
 * OpenAI API, 2026). M2 models accept text only.
 */
export const minimax: Profile = {
  id: 'minimax',
  vendor: 'minimax',
  baseURL: 'https://api.minimax.io/v1',
  baseURLEnv: 'MINIMAX_BASE_URL',
  keyEnv: 'MINIMAX_API_KEY',
  quirks: {
    reasoningRequest: 'none',
    reasoningReplay: 'details',
    thinkTags: 'split',
    output: 'instruct',
    extraBody: { reasoning_split: true },
  },
  models: [{ pattern: /m2/i, capabilities: TEXT_ONLY }],
  unverified: 'API reference (2026); no recording',
};
