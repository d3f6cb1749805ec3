import type { Sdk } from '@majordomo/openai-wire';

/** Description of how the connection of `@majordomo/openai-wire` loads and uses the OpenAI SDK. */
export const SDK: Sdk = {
  name: 'openai',
  factory: 'createOpenAI',
  errorClass: 'OpenAIError',
  // The base URL of this SDK ends with `/v1`.
  prefix: '',
  hasFetchOptions: true,
  load: () => import('./sdk.ts'),
};
