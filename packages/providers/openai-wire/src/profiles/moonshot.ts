import type { Profile } from '../profile.ts';

/**
 * Moonshot. Source: recordings of 2025. Usage is part of the choice. Thinking models require `reasoning_content` in every
 * assistant turn (reported by several clients, 2025-2026). `thinking` turns their reasoning on and off (API reference, 2026).
 */
export const moonshot: Profile = {
  id: 'moonshot',
  vendor: 'moonshotai',
  baseURL: 'https://api.moonshot.ai/v1',
  baseURLEnv: 'MOONSHOT_BASE_URL',
  keyEnv: 'MOONSHOT_API_KEY',
  quirks: {
    reasoningRequest: 'thinking.type',
    reasoningReplay: 'echo',
    reasoningPlaceholder: ' ',
    output: 'json_object',
    // Every schema needs a type, and `null` is not a valid type (reported by several clients, 2026).
    toolSchemas: 'typed',
  },
  embeddings: false,
  transcription: false,
  speech: false,
};
