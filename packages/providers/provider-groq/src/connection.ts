import type { Sdk } from '@majordomo/openai-wire';

/** Description of the Groq SDK for the Chat Completions connection of `@majordomo/openai-wire`. */
export const SDK: Sdk = {
  name: 'groq-sdk',
  factory: 'createGroq',
  errorClass: 'GroqError',
  // The base URL of this SDK is the origin.
  prefix: '/openai/v1',
  hasFetchOptions: true,
  load: () => import('./sdk.ts'),
};
