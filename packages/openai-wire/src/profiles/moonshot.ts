import type { Profile } from '../profile.ts';

/**
 * Moonshot: recordings of 2025. Usage comes in the choice. Thinking models demand `reasoning_content` on every turn of
 * the assistant (several clients, 2025-2026), and are switched by `thinking` (its reference, 2026).
 */
export const moonshot: Profile = {
  id: 'moonshot',
  vendor: 'moonshotai',
  baseURL: 'https://api.moonshot.ai/v1',
  keyEnv: 'MOONSHOT_API_KEY',
  quirks: {
    reasoningRequest: 'thinking.type',
    reasoningReplay: 'echo',
    reasoningPlaceholder: ' ',
    output: 'json_object',
    // Every schema needs a type, and `null` is not a valid one (several clients, 2026).
    toolSchemas: 'typed',
  },
  embeddings: false,
  transcription: false,
  speech: false,
};
