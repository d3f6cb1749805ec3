import type { ClientSettings } from '@majordomo/openai-wire';
import { Groq } from 'groq-sdk';

export { Groq as Client };

/** All that the SDK would take from the environment is said here: key, base URL, headers, log level. */
export function newClient(settings: ClientSettings): Groq {
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
