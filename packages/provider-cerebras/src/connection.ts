import type { ClientSettings, Sdk, SdkClient } from '@majordomo/openai-wire';

/** Cerebras' SDK, for the connection that all SDKs of this wire share. */
export const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  factory: 'createCerebras',
  refusal: 'CerebrasError',
  prefix: '/v1',
  handsOnFetchOptions: false,
  // Without this 1.91 would write the body's text as a JSON string.
  callOptions: { __binaryRequest: true },
  newClient,
};

/** The SDK by what it is at run time: its types are those of another fetch, which is not used. */
interface Loaded {
  readonly Cerebras: new (options: object) => SdkClient;
}

/** All that the SDK would take from the environment is said here: key, base URL, headers. */
async function newClient({ key, ...settings }: ClientSettings): Promise<SdkClient> {
  const { Cerebras } = (await import('@cerebras/cerebras_cloud_sdk')) as unknown as Loaded;
  const client = new Cerebras({
    ...settings,
    apiKey: key ?? 'none',
    maxRetries: 0,
    warmTCPConnection: false,
  });
  // CEREBRAS_CUSTOM_HEADERS cannot be declined by an option of 1.91: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) {
    Reflect.set(settled, 'defaultHeaders', settings.defaultHeaders);
  }
  return client;
}
