import type { Sdk } from '@majordomo/openai-wire';

/** OpenAI's SDK for the shared connection of these wires. */
export const SDK: Sdk = {
  name: 'openai',
  factory: 'createOpenAI',
  errorClass: 'OpenAIError',
  prefix: '',
  load: () => import('./sdk.ts'),
};
