import type { Sdk } from '@majordomo/openai-wire';

/** Cerebras' SDK, for the connection that all SDKs of this wire share. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  refusal: 'CerebrasError',
  prefix: '/v1',
  // Without this 1.91 would write the body's text as a JSON string.
  callOptions: { __binaryRequest: true },
  load: () => import('./sdk.ts'),
};
