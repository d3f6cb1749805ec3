import type { ClientSettings } from '@majordomo/openai-wire';
import { Groq } from 'groq-sdk';

export { Groq as Client };

/** Creates a client. From the process environment, the SDK reads only GROQ_CUSTOM_HEADERS. `fetch` removes its headers. */
export function newClient(settings: ClientSettings): Groq {
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  return new Groq({
    ...rest,
    // The SDK requires a key. Without one, the default headers remove the header that would contain it.
    apiKey: key ?? 'none',
    defaultHeaders,
    defaultQuery,
    maxRetries: 0,
    logLevel: 'off',
  });
}
