import type { Profile } from '../profile.ts';

/** Server of llama.cpp. It accepts the `reasoning_content` of earlier turns. Source: recordings of 2025 and 2026. */
export const llamacpp: Profile = {
  id: 'llamacpp',
  vendor: 'llamacpp',
  billing: 'included',
  baseURL: 'http://localhost:8080/v1',
  baseURLEnv: 'LLAMACPP_BASE_URL',
  quirks: { thinkTags: 'split', reasoningReplay: 'echo' },
  // A local model may take minutes to load. 0 disables a limit.
  timeouts: { firstContentMs: 0, totalMs: 0 },
  rerank: {},
};
