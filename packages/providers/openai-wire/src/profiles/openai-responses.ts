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
  // The guide about programmatic tool calling (2026-11) refers to the model pages. The names of the models are unverified.
  programs: /^gpt-(?:5\.[6-9]|[6-9])(?!.*-chat)/,
  batches: 'openai',
  background: 'responses',
  files: 'openai',
  ...OPENAI_OTHER_MODELS,
  moderation: OPENAI_MODERATION,
  classification: OPENAI_CLASSIFICATION,
};
