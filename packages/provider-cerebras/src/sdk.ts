import { Cerebras } from '@cerebras/cerebras_cloud_sdk';
import type { ClientSettings, SdkClient } from '@majordomo/openai-wire';

/** The SDK by what it is at run time: its types are those of another fetch, which is not used. */
export const Client = Cerebras as unknown as new (options: object) => SdkClient;

/** All that the SDK would take from the environment is said here: key, base URL, headers. */
export function newClient({ key, ...settings }: ClientSettings): SdkClient {
  const client = new Client({
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
