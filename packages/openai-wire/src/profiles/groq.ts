import type { Profile } from '../chat/profile.ts';

/** Groq: recordings of 2024-2026; its reference deprecates `max_tokens` (2025). */
export const groq: Profile = {
  id: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  keyEnv: 'GROQ_API_KEY',
  quirks: { maxTokensField: 'max_completion_tokens', reasoningField: 'reasoning' },
  // gpt-oss always reasons: low is its least (model card, 2025-08).
  models: [{ pattern: /gpt-oss/, quirks: { reasoningOff: 'low' } }],
};
