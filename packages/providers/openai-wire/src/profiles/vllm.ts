import type { Profile } from '../profile.ts';

/** vLLM's server. Source: recordings of 2024-2025. Without a reasoning parser, the text contains the model's reasoning tags. */
export const vllm: Profile = {
  id: 'vllm',
  vendor: 'vllm',
  billing: 'included',
  baseURL: 'http://localhost:8000/v1',
  baseURLEnv: 'VLLM_BASE_URL',
  quirks: { thinkTags: 'split', reasoningField: 'none' },
  // A local model may take minutes to load. 0 disables a limit.
  timeouts: { firstContentMs: 0, totalMs: 0 },
  rerank: {},
};
