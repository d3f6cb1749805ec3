import { dsnVariable, type Dsn, type Provider } from '@majordomo/core';
import {
  quirksFromParams,
  responsesQuirksFromParams,
  type ChatOptions,
  type Profile,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';

type Schemes = NonNullable<Provider['schemes']>;

/**
 * DSN schemes for servers that implement Chat Completions. The provider sends no credential other than the token in the DSN. A
 * key in an environment variable is not sent, because the host may not be that of the key's vendor.
 */
export const chatDsnSchemes = (serve: (profile: Profile, options: ChatOptions) => Provider): Schemes => ({
  openai: (dsn) => {
    const { server, quirks: params } = serverOf(dsn);
    const quirks = quirksFromParams(params, dsnVariable(dsn.name));
    return serve(server, { apiKey: dsn.token, quirks });
  },
});

/** DSN schemes for servers that implement Responses. */
export const responsesDsnSchemes = (
  serve: (profile: ResponsesProfile, options: ResponsesOptions) => Provider,
): Schemes => ({
  'openai-responses': (dsn) => {
    const { server, quirks: params } = serverOf(dsn);
    const quirks = responsesQuirksFromParams(params, dsnVariable(dsn.name));
    return serve({ ...server, api: 'responses' }, { apiKey: dsn.token, quirks });
  },
});

/**
 * Separates the DSN parameters `vendor`, which selects the prices, and `batches`, which names the batch API, from the parameters
 * that are quirks.
 */
function serverOf({ name, baseURL, params: { vendor, batches, ...quirks } }: Dsn): {
  server: Pick<Profile, 'id' | 'vendor' | 'baseURL' | 'batches' | 'rerank' | 'moderation'>;
  quirks: Dsn['params'];
} {
  // An unknown batch API is rejected when the profile is checked. Without `{}`, a profile has no rerank and moderation endpoints.
  const server = {
    id: name,
    vendor,
    baseURL,
    batches: batches as Profile['batches'],
    rerank: {},
    moderation: {},
  };
  return { server, quirks };
}
