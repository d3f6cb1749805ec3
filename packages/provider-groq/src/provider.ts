import type { Provider } from '@majordomo/core';
import { chatProvider, otherModels, groq } from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import type { GroqOptions } from './options.ts';

/**
 * Groq over its own SDK. The key is `apiKey` or GROQ_API_KEY of the call's `env`; without one the call fails with kind
 * `auth`. Nothing is loaded before the first call. What only Groq knows (`service_tier`, `compound_custom`,
 * `search_settings`) goes into `extra: { groq: … }`.
 */
export function createGroq(options: GroqOptions = {}): Provider {
  return chatProvider(
    SDK,
    { ...groq, baseURL: 'https://api.groq.com', baseURLEnv: 'GROQ_BASE_URL' },
    options,
    otherModels,
  );
}
