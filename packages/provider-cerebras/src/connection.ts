import type { Sdk } from '@majordomo/openai-wire';

/** Describes how the Chat Completions connection of `@majordomo/openai-wire` loads and uses the SDK of Cerebras. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  errorClass: 'CerebrasError',
  prefix: '/v1',
  requiresBytes: true,
  load: () => import('./sdk.ts'),
};
