import type { Profile } from '../profile.ts';

/**
 * MiniMax: `reasoning_split` takes thoughts out of the text, and its history wants them back (its guide to the OpenAI
 * API, 2026); models of the second line read text alone.
 */
export const minimax: Profile = {
  id: 'minimax',
  vendor: 'minimax',
  baseURL: 'https://api.minimax.io/v1',
  keyEnv: 'MINIMAX_API_KEY',
  quirks: {
    reasoningRequest: 'none',
    reasoningReplay: 'details',
    thinkTags: 'split',
    output: 'instruct',
    extraBody: { reasoning_split: true },
  },
  models: [{ pattern: /m2/i, capabilities: { images: false, files: false, audio: false } }],
  unverified: 'its reference of 2026; no recording',
};
