import type { Sdk } from '@majordomo/openai-wire';

/** Description of how `@majordomo/openai-wire`'s Chat Completions connection loads and uses the Cerebras SDK. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  errorClass: 'CerebrasError',
  prefix: '/v1',
  requiresBytes: true,
  load: () => import('./sdk.ts'),
};
