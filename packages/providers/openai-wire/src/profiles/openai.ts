import type { Profile } from '../profile.ts';
import { OPENAI_QUIRKS } from '../chat/quirks.ts';
import { OPENAI_CLASSIFICATION, OPENAI_MODERATION, OPENAI_OTHER_MODELS } from './openai-other-models.ts';
import { OPENAI_MODELS } from './openai-models.ts';

/** OpenAI over Chat Completions. */
export const openai: Profile = {
  id: 'openai',
  vendor: 'openai',
  baseURL: 'https://api.openai.com/v1',
  baseURLEnv: 'OPENAI_BASE_URL',
  keyEnv: 'OPENAI_API_KEY',
  quirks: OPENAI_QUIRKS,
  models: OPENAI_MODELS,
  batches: 'openai',
  files: 'openai',
  ...OPENAI_OTHER_MODELS,
  moderation: OPENAI_MODERATION,
  classification: OPENAI_CLASSIFICATION,
};
