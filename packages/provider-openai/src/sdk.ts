import type { ClientSettings } from '@majordomo/openai-wire';
// The class alone: the package's main entry adds its clients for other clouds and its helpers, a tenth of its load.
import { OpenAI } from 'openai/client';

export { OpenAI as Client };

/** Makes a client that takes nothing from the environment but OPENAI_CUSTOM_HEADERS, which `fetch` removes. */
export function newClient(settings: ClientSettings): OpenAI {
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  return new OpenAI({
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
}
