import type { Dsn, Provider } from '@majordomo/core';
import { COMPATIBLE_IMAGES } from '@majordomo/imagegen';
import {
  chatProvider,
  openai,
  openaiResponses,
  quirksFromParams,
  responsesProvider,
  responsesQuirksFromParams,
  type ChatOptions,
  type Profile,
  type ResponsesOptions,
  type ResponsesProfile,
} from '@majordomo/openai-wire';
import { SDK } from './connection.ts';
import { imageModels, OPENAI_IMAGES } from './image.ts';
import type { OpenAIOptions } from './options.ts';

/**
 * OpenAI, over Responses or Chat Completions. The key is `apiKey` or OPENAI_API_KEY of the call's `env`; without one
 * the call fails with kind `auth`. Nothing is loaded before the first call.
 */
export function createOpenAI(options: OpenAIOptions = {}): Provider {
  const images = imageModels(OPENAI_IMAGES);
  const provider =
    options.api === 'chat'
      ? chatProvider(SDK, openai, options, images)
      : responsesProvider(SDK, openaiResponses, options, images);
  return { ...provider, schemes: SCHEMES };
}

/**
 * Any server of one of the two wires: a vendor's profile, or one of your own.
 *
 * @example openaiCompatible({ id: 'lab', baseURL: 'http://gpu.lan:8000/v1', keyEnv: 'LAB_KEY' })
 */
export function openaiCompatible(profile: ResponsesProfile, options?: ResponsesOptions): Provider;
export function openaiCompatible(profile: Profile, options?: ChatOptions): Provider;
export function openaiCompatible(profile: Profile | ResponsesProfile, options: object = {}): Provider {
  const images = imageModels(COMPATIBLE_IMAGES);
  const provider = isResponses(profile)
    ? responsesProvider(SDK, profile, options, images)
    : chatProvider(SDK, profile, options, images);
  return { ...provider, schemes: SCHEMES };
}

const isResponses = (profile: Profile | ResponsesProfile): profile is ResponsesProfile =>
  // Untyped code may give anything, which is refused in words of ours.
  Object.hasOwn(Object(profile) as object, 'api');

/** `vendor` says whose prices hold there; the other parameters are quirks. */
function placeOf({ name, baseURL, params: { vendor, ...quirks } }: Dsn): {
  place: Pick<Profile, 'id' | 'vendor' | 'baseURL'>;
  quirks: Dsn['params'];
} {
  return { place: { id: name, vendor, baseURL }, quirks };
}
const nameOf = ({ name }: Dsn): string => `LLM_${name.toUpperCase()}`;

/** A compatible server: the DSN's token and nothing else, since a variable's key belongs to the vendor's own host. */
const SCHEMES: NonNullable<Provider['schemes']> = {
  openai: (dsn) => {
    const { place, quirks: params } = placeOf(dsn);
    const quirks = quirksFromParams(params, nameOf(dsn));
    return openaiCompatible(place, { apiKey: dsn.token, quirks });
  },
  'openai-responses': (dsn) => {
    const { place, quirks: params } = placeOf(dsn);
    const quirks = responsesQuirksFromParams(params, nameOf(dsn));
    return openaiCompatible({ ...place, api: 'responses' }, { apiKey: dsn.token, quirks });
  },
};
