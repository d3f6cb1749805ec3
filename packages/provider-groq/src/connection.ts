import type { Sdk } from '@majordomo/openai-wire';

/** Groq's SDK for the shared connection of this wire. */
export const SDK: Sdk = {
  name: 'groq-sdk',
  factory: 'createGroq',
  errorClass: 'GroqError',
  prefix: '/openai/v1',
  load: () => import('./sdk.ts'),
};
