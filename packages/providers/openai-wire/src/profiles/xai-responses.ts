import type { ResponsesProfile } from '../profile.ts';
import { XAI_IMAGES } from './xai.ts';

/** xAI over Responses. Source: recordings of 2026, in which requests contained encrypted reasoning with its summary but no id. */
export const xaiResponses: ResponsesProfile = {
  api: 'responses',
  id: 'xai',
  vendor: 'xai',
  baseURL: 'https://api.x.ai/v1',
  baseURLEnv: 'XAI_BASE_URL',
  keyEnv: 'XAI_API_KEY',
  issuer: 'xai',
  capabilities: { images: XAI_IMAGES },
  quirks: { reasoningReplay: 'encrypted', cacheKey: 'prompt_cache_key' },
};
