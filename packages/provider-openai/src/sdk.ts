import type { ClientSettings } from '@majordomo/openai-wire';
// This entry exports the client without clients of other clouds and helpers, a tenth of the SDK.
import { OpenAI } from 'openai/client';

export { OpenAI as Client };

/** Creates a client that reads nothing from the process environment but OPENAI_CUSTOM_HEADERS, which `fetch` removes. */
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
