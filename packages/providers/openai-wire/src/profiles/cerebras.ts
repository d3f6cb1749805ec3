import type { Profile } from '../profile.ts';
import { CEREBRAS_MODELS } from './cerebras-models.ts';

/** Cerebras. Sources: non-streaming recordings of 2025-2026; the API reference for `max_completion_tokens`. */
export const cerebras: Profile = {
  id: 'cerebras',
  vendor: 'cerebras',
  baseURL: 'https://api.cerebras.ai/v1',
  // The variable contains the origin, as in the vendor's SDK.
  baseURLEnv: 'CEREBRAS_BASE_URL',
  baseURLEnvPath: '/v1',
  keyEnv: 'CEREBRAS_API_KEY',
  models: CEREBRAS_MODELS,
  // The vendor's SDK (1.91, 2026-11) does not contain `top_k`.
  quirks: { maxTokensField: 'max_completion_tokens', reasoningField: 'reasoning', topK: false },
  embeddings: false,
  transcription: false,
  speech: false,
};
