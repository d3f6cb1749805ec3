import type { Provider } from '@majordomo/core';
import {
  cerebras,
  chatProvider,
  type ChatOptions,
  type ClientSettings,
  type Sdk,
  type SdkClient,
} from '@majordomo/openai-wire';
import { REFUSAL } from './errors.ts';
import { CEREBRAS_MODELS } from './models.ts';

/** `baseURL` is what the SDK means by it: the origin. */
export type CerebrasOptions = ChatOptions;

/**
 * Cerebras over its own SDK. The key is `apiKey` or CEREBRAS_API_KEY of the call's `env`; without one the call fails
 * with kind `auth`. Nothing is loaded, and no connection is warmed, before the first call. What only Cerebras knows
 * (`service_tier`, `queue_threshold`) goes into `extra: { cerebras: … }`.
 */
export function createCerebras(options: CerebrasOptions = {}): Provider {
  const profile = { ...cerebras, baseURL: 'https://api.cerebras.ai', models: CEREBRAS_MODELS };
  return chatProvider(SDK, profile, options);
}

const SDK: Sdk = {
  name: '@cerebras/cerebras_cloud_sdk',
  refusal: REFUSAL,
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
