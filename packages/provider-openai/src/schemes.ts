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

/** Servers of Chat Completions: the DSN's token and nothing else, since a variable's key belongs to the vendor's own host. */
export const chatSchemes = (serve: (profile: Profile, options: ChatOptions) => Provider): Schemes => ({
  openai: (dsn) => {
    const { place, quirks: params } = placeOf(dsn);
    const quirks = quirksFromParams(params, nameOf(dsn));
    return serve(place, { apiKey: dsn.token, quirks });
  },
});

/** Servers of Responses, likewise. */
export const responsesSchemes = (
  serve: (profile: ResponsesProfile, options: ResponsesOptions) => Provider,
): Schemes => ({
  'openai-responses': (dsn) => {
    const { place, quirks: params } = placeOf(dsn);
    const quirks = responsesQuirksFromParams(params, nameOf(dsn));
    return serve({ ...place, api: 'responses' }, { apiKey: dsn.token, quirks });
  },
});

/** `vendor` says whose prices hold there; the other parameters are quirks. */
function placeOf({ name, baseURL, params: { vendor, ...quirks } }: Dsn): {
  place: Pick<Profile, 'id' | 'vendor' | 'baseURL'>;
  quirks: Dsn['params'];
} {
  return { place: { id: name, vendor, baseURL }, quirks };
}

const nameOf = ({ name }: Dsn): string => `LLM_${name.toUpperCase()}`;
