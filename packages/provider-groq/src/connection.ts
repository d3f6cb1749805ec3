import type { ClientSettings, Sdk, SdkClient } from '@majordomo/openai-wire';

/** Groq's SDK, for the connection that all SDKs of this wire share. */
export const SDK: Sdk = {
  name: 'groq-sdk',
  factory: 'createGroq',
  refusal: 'GroqError',
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
