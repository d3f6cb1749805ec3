import type { Sdk } from '@majordomo/openai-wire';

/** Describes how the Chat Completions connection of `@majordomo/openai-wire` loads and uses the SDK of Groq. */
export const SDK: Sdk = {
  name: 'groq-sdk',
  factory: 'createGroq',
  errorClass: 'GroqError',
  prefix: '/openai/v1',
  load: () => import('./sdk.ts'),
};
