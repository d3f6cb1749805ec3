import type { Sdk } from '@majordomo/openai-wire';

/** Describes how the connection of `@majordomo/openai-wire` loads and uses the SDK of OpenAI. */
export const SDK: Sdk = {
  name: 'openai',
  factory: 'createOpenAI',
  errorClass: 'OpenAIError',
  prefix: '',
  load: () => import('./sdk.ts'),
};
