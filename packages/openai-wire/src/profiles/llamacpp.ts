import type { Profile } from '../profile.ts';

/** llama.cpp's server: recordings of 2025-2026; its own `reasoning_content` was sent back and accepted. */
export const llamacpp: Profile = {
  id: 'llamacpp',
  vendor: 'llamacpp',
  billing: 'included',
  baseURL: 'http://localhost:8080/v1',
  quirks: { thinkTags: 'split', reasoningReplay: 'echo' },
  timeouts: { firstContentMs: 0, totalMs: 0 },
};
