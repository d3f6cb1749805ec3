import type { Profile } from '../profile.ts';
import { CEREBRAS_MODELS } from './cerebras-models.ts';

/** Cerebras: recordings of 2025-2026, without a stream. Its reference names `max_completion_tokens`. */
export const cerebras: Profile = {
  id: 'cerebras',
  vendor: 'cerebras',
  baseURL: 'https://api.cerebras.ai/v1',
  // As in the vendor's SDK, the variable contains the origin.
  baseURLEnv: 'CEREBRAS_BASE_URL',
  baseURLEnvPath: '/v1',
  keyEnv: 'CEREBRAS_API_KEY',
  models: CEREBRAS_MODELS,
  // Its SDK (1.91, 2026-11) has no `top_k`.
  quirks: { maxTokensField: 'max_completion_tokens', reasoningField: 'reasoning', topK: false },
  embeddings: false,
  transcription: false,
  speech: false,
};
