import type { Profile } from '../profile.ts';
import { GROQ_MODELS } from './groq-models.ts';

/** Groq. Sources: recordings of 2024-2026; the API reference (2025), which deprecates `max_tokens`. */
export const groq: Profile = {
  id: 'groq',
  vendor: 'groq',
  baseURL: 'https://api.groq.com/openai/v1',
  // The variable contains the origin, as in the vendor's SDK.
  baseURLEnv: 'GROQ_BASE_URL',
  baseURLEnvPath: '/openai/v1',
  keyEnv: 'GROQ_API_KEY',
  quirks: {
    maxTokensField: 'max_completion_tokens',
    reasoningField: 'reasoning',
    // Guide to service tiers, 2026. The server rejects a request with unknown properties.
    serviceTiers: { default: 'on_demand', flex: 'flex', priority: 'performance' },
    topK: false,
    // "Not yet supported by any of our models" (types of groq-sdk, 2026-11).
    refuses: ['frequency_penalty', 'presence_penalty', 'logprobs'],
  },
  models: GROQ_MODELS,
  // Source: console.groq.com/docs/batch, 2026-11.
  batches: 'openai',
  embeddings: false,
  // console.groq.com/docs/speech-to-text and text-to-speech, 2026-11: recordings of up to 25 MB on the free tier, and billed for
  // at least 10 s; speech as WAV.
  transcription: { all: { times: 'verbose', maxBytes: 25_000_000, minBilledMs: 10_000 } },
  speech: { all: { formats: ['wav'], instructions: false } },
};
