import type { Sdk } from '@majordomo/openai-wire';

/** Description of the Cerebras SDK for the Chat Completions connection of `@majordomo/openai-wire`. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  errorClass: 'CerebrasError',
  // The base URL of this SDK is the origin. The SDK serializes a body that is a string as JSON again.
  prefix: '/v1',
  requiresBytes: true,
  load: () => import('./sdk.ts'),
};
