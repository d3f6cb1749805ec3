import type { Sdk } from '@majordomo/openai-wire';

/** OpenAI's SDK, for the connection that all SDKs of these wires share. */
export const SDK: Sdk = {
  name: 'openai',
  factory: 'createOpenAI',
  errorClass: 'OpenAIError',
  prefix: '',
  load: () => import('./sdk.ts'),
};
