import type { Sdk } from '@majordomo/openai-wire';

/** Cerebras' SDK, for the connection that all SDKs of this wire share. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  refusal: 'CerebrasError',
  prefix: '/v1',
  takesBytes: true,
  load: () => import('./sdk.ts'),
};
