import type { ClientSettings } from '@majordomo/openai-wire';
import { Groq } from 'groq-sdk';

export { Groq as Client };

/** Creates a client that reads nothing from the process environment but GROQ_CUSTOM_HEADERS, which `fetch` removes. */
export function newClient(settings: ClientSettings): Groq {
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  return new Groq({
    ...rest,
    apiKey: key ?? 'none',
    defaultHeaders,
    defaultQuery,
    maxRetries: 0,
    logLevel: 'off',
  });
}
