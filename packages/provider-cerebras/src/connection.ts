import type { Sdk } from '@majordomo/openai-wire';

/** Cerebras' SDK for the shared connection of this wire. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  errorClass: 'CerebrasError',
  prefix: '/v1',
  requiresBytes: true,
  load: () => import('./sdk.ts'),
};
