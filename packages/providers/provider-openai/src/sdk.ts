import type { ClientSettings } from '@majordomo/openai-wire';
// This entry point omits the SDK's helpers and its clients for other clouds, so it has a tenth of the SDK's size.
import { OpenAI } from 'openai/client';

export { OpenAI as Client };

/** Creates a client. From the process environment, the SDK reads only OPENAI_CUSTOM_HEADERS. `fetch` removes its headers. */
export function newClient(settings: ClientSettings): OpenAI {
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  return new OpenAI({
    ...rest,
    // The SDK requires a key. Without one, the default headers remove the header that would contain it.
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
