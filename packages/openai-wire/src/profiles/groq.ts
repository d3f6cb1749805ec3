import type { Profile } from '../profile.ts';
import { GROQ_MODELS } from './groq-models.ts';

/** Groq: recordings of 2024-2026; its reference deprecates `max_tokens` (2025). */
export const groq: Profile = {
  id: 'groq',
  vendor: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  // As in the vendor's SDK, the variable contains the origin.
  baseURLEnv: 'GROQ_BASE_URL',
  baseURLEnvPath: '/openai/v1',
  keyEnv: 'GROQ_API_KEY',
  quirks: {
    maxTokensField: 'max_completion_tokens',
    reasoningField: 'reasoning',
    // Its guide to service tiers, 2026; unknown members are rejected.
    serviceTiers: { default: 'on_demand', flex: 'flex', priority: 'performance' },
    topK: false,
    // "Not yet supported by any of our models": types of groq-sdk, 2026-11.
    refuses: ['frequency_penalty', 'presence_penalty', 'logprobs'],
  },
  models: GROQ_MODELS,
  embeddings: false,
  // console.groq.com/docs/speech-to-text and text-to-speech, 2026-11: 25 MB on the free tier; speech is WAV.
  transcription: { all: { times: 'verbose', maxBytes: 25_000_000 } },
  speech: { all: { formats: ['wav'], instructions: false } },
};
