import type { ClientSettings } from '@majordomo/openai-wire';
import { Groq } from 'groq-sdk';

export { Groq as Client };

/** Creates a client. The SDK reads only GROQ_CUSTOM_HEADERS of the process, whose headers `fetch` removes. */
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
