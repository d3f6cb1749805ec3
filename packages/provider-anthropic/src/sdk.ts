// The class of clients without the SDK's methods for each path, a quarter of it: nothing else is used. By its own entry,
// since the main one loads the helpers as well.
import { BaseAnthropic, type ClientOptions } from '@anthropic-ai/sdk/client';

/**
 * All that the SDK would take from the environment is said here: key, base URL, log level, webhook key,
 * tracing.
 */
export function newClient(
  settings: Pick<ClientOptions, 'apiKey' | 'baseURL' | 'fetch' | 'timeout'>,
): BaseAnthropic {
  const client = new BaseAnthropic({
    ...settings,
    maxRetries: 0,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
  // ANTHROPIC_CUSTOM_HEADERS cannot be declined by an option of 1.10: it lands in the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', undefined);
  return client;
}
