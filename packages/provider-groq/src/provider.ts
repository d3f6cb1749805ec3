import type { Provider } from '@majordomo/core';
import {
  chatProvider,
  groq,
  type ChatOptions,
  type ClientSettings,
  type Sdk,
  type SdkClient,
} from '@majordomo/openai-wire';
import { REFUSAL } from './errors.ts';
import { GROQ_MODELS } from './models.ts';

/** `baseURL` is what the SDK means by it: the origin. */
export type GroqOptions = ChatOptions;

/**
 * Groq over its own SDK. The key is `apiKey` or GROQ_API_KEY of the call's `env`; without one the call fails with kind
 * `auth`. Nothing is loaded before the first call. What only Groq knows (`service_tier`, `compound_custom`,
 * `search_settings`) goes into `extra: { groq: … }`.
 */
export function createGroq(options: GroqOptions = {}): Provider {
  return chatProvider(SDK, { ...groq, baseURL: 'https://api.groq.com', models: GROQ_MODELS }, options);
}

const SDK: Sdk = {
  name: 'groq-sdk',
  refusal: REFUSAL,
  prefix: '/openai/v1',
  handsOnFetchOptions: true,
  newClient,
};

/** All that the SDK would take from the environment is said here: key, base URL, headers, log level. */
async function newClient(settings: ClientSettings): Promise<SdkClient> {
  const { Groq } = await import('groq-sdk');
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  const client = new Groq({
    ...rest,
    apiKey: key ?? 'none',
    defaultHeaders,
    defaultQuery,
    maxRetries: 0,
    logLevel: 'off',
  });
  // GROQ_CUSTOM_HEADERS cannot be declined by an option of 1.6: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', defaultHeaders);
  return client;
}
