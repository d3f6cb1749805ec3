import type { ClientSettings } from '@majordomo/openai-wire';
// The class alone: the package's main entry adds its clients for other clouds and its helpers, a tenth of its load.
import { OpenAI } from 'openai/client';

export { OpenAI as Client };

/** All that the SDK would take from the environment is said here: key, base URL, tenant, webhook secret, log level. */
export function newClient(settings: ClientSettings): OpenAI {
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  const client = new OpenAI({
    ...rest,
    apiKey: key ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    defaultHeaders,
    defaultQuery,
    maxRetries: 0,
    logLevel: 'off',
  });
  // OPENAI_CUSTOM_HEADERS cannot be declined by an option of 7.55: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', defaultHeaders);
  return client;
}
