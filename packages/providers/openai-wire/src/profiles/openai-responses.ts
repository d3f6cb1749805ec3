import type { ResponsesProfile } from '../profile.ts';
import { OPENAI_RESPONSES_QUIRKS } from '../responses/quirks.ts';
import { OPENAI_CLASSIFICATION, OPENAI_MODERATION, OPENAI_OTHER_MODELS } from './openai-other-models.ts';
import { OPENAI_RESPONSES_MODELS } from './openai-models.ts';

/** OpenAI over Responses. Source: recordings of 2025-2026. */
export const openaiResponses: ResponsesProfile = {
  api: 'responses',
  id: 'openai',
  vendor: 'openai',
  baseURL: 'https://api.openai.com/v1',
  baseURLEnv: 'OPENAI_BASE_URL',
  keyEnv: 'OPENAI_API_KEY',
  quirks: OPENAI_RESPONSES_QUIRKS,
  models: OPENAI_RESPONSES_MODELS,
  batches: 'openai',
  background: 'responses',
  files: 'openai',
  ...OPENAI_OTHER_MODELS,
  moderation: OPENAI_MODERATION,
  classification: OPENAI_CLASSIFICATION,
};
