import type { Sdk } from '@majordomo/openai-wire';

/** Description of how the connection of `@majordomo/openai-wire` loads and uses the OpenAI SDK. */
export const SDK: Sdk = {
  name: 'openai',
  factory: 'createOpenAI',
  errorClass: 'OpenAIError',
  prefix: '',
  hasFetchOptions: true,
  load: () => import('./sdk.ts'),
};
