import type { Dsn, Provider } from '@majordomo/core';
import {
  quirksFromParams,
  responsesQuirksFromParams,
  type ChatOptions,
  type Profile,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';

type Schemes = NonNullable<Provider['schemes']>;

/** Schemes for servers of Chat Completions. Only the token of the DSN is sent: keys of variables belong to vendors' hosts. */
export const chatSchemes = (serve: (profile: Profile, options: ChatOptions) => Provider): Schemes => ({
  openai: (dsn) => {
    const { server, quirks: params } = serverOf(dsn);
    const quirks = quirksFromParams(params, nameOf(dsn));
    return serve(server, { apiKey: dsn.token, quirks });
  },
});

/** Schemes for servers of Responses. */
export const responsesSchemes = (
  serve: (profile: ResponsesProfile, options: ResponsesOptions) => Provider,
): Schemes => ({
  'openai-responses': (dsn) => {
    const { server, quirks: params } = serverOf(dsn);
    const quirks = responsesQuirksFromParams(params, nameOf(dsn));
    return serve({ ...server, api: 'responses' }, { apiKey: dsn.token, quirks });
  },
});

/** Separates the parameter `vendor`, which selects the prices, from quirks. */
function serverOf({ name, baseURL, params: { vendor, ...quirks } }: Dsn): {
  server: Pick<Profile, 'id' | 'vendor' | 'baseURL'>;
  quirks: Dsn['params'];
} {
  return { server: { id: name, vendor, baseURL }, quirks };
}

const nameOf = ({ name }: Dsn): string => `LLM_${name.toUpperCase()}`;
