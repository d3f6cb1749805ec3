import type { Sdk } from '@majordomo/openai-wire';

/** Description of how `@majordomo/openai-wire`'s Chat Completions connection loads and uses the Groq SDK. */
export const SDK: Sdk = {
  name: 'groq-sdk',
  factory: 'createGroq',
  errorClass: 'GroqError',
  prefix: '/openai/v1',
  load: () => import('./sdk.ts'),
};
