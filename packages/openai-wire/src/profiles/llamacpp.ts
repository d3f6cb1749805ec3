import type { Profile } from '../profile.ts';

/** llama.cpp's server. Source: recordings of 2025-2026, in which the server accepted its own `reasoning_content`. */
export const llamacpp: Profile = {
  id: 'llamacpp',
  vendor: 'llamacpp',
  billing: 'included',
  baseURL: 'http://localhost:8080/v1',
  quirks: { thinkTags: 'split', reasoningReplay: 'echo' },
  timeouts: { firstContentMs: 0, totalMs: 0 },
};
