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
  type ClientSettings,
  type Profile,
  type ResponsesOptions,
  type ResponsesProfile,
  type Sdk,
  type SdkClient,
} from '@majordomo/openai-wire';
import { REFUSAL } from './errors.ts';
import { imageModels, OPENAI_IMAGES } from './image.ts';
import { OPENAI_MODELS, OPENAI_RESPONSES_MODELS } from './models.ts';

/**
 * `baseURL` is what the SDK means by it: it ends in `/v1`. `api`, the wire, is `responses` unless said otherwise; `quirks`
 * are those of the wire.
 */
export type OpenAIOptions =
  (ResponsesOptions & { readonly api?: 'responses' | undefined }) | (ChatOptions & { readonly api: 'chat' });

/**
 * OpenAI, over Responses or Chat Completions. The key is `apiKey` or OPENAI_API_KEY of the call's `env`; without one
 * the call fails with kind `auth`. Nothing is loaded before the first call.
 */
export function createOpenAI(options: OpenAIOptions = {}): Provider {
  const draws = imageModels(OPENAI_IMAGES);
  const provider =
    options.api === 'chat'
      ? chatProvider(SDK, { ...openai, models: OPENAI_MODELS }, options, draws)
      : responsesProvider(SDK, { ...openaiResponses, models: OPENAI_RESPONSES_MODELS }, options, draws);
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
  const draws = imageModels(COMPATIBLE_IMAGES);
  const provider = isResponses(profile)
    ? responsesProvider(SDK, profile, options, draws)
    : chatProvider(SDK, profile, options, draws);
  return { ...provider, schemes: SCHEMES };
}

const isResponses = (profile: Profile | ResponsesProfile): profile is ResponsesProfile => 'api' in profile;

const placeOf = ({ name, baseURL }: Dsn): { id: string; baseURL: string } => ({ id: name, baseURL });
const nameOf = ({ name }: Dsn): string => `LLM_${name.toUpperCase()}`;

/** A compatible server: the DSN's token and nothing else, since a variable's key belongs to the vendor's own host. */
const SCHEMES: NonNullable<Provider['schemes']> = {
  openai: (dsn) => {
    const quirks = quirksFromParams(dsn.params, nameOf(dsn));
    return openaiCompatible(placeOf(dsn), { apiKey: dsn.token, quirks });
  },
  'openai-responses': (dsn) => {
    const quirks = responsesQuirksFromParams(dsn.params, nameOf(dsn));
    return openaiCompatible({ ...placeOf(dsn), api: 'responses' }, { apiKey: dsn.token, quirks });
  },
};

const SDK: Sdk = {
  name: 'openai',
  refusal: REFUSAL,
  prefix: '',
  handsOnFetchOptions: true,
  newClient,
};

/** All that the SDK would take from the environment is said here: key, base URL, tenant, webhook secret, log level. */
async function newClient(settings: ClientSettings): Promise<SdkClient> {
  const { OpenAI } = await import('openai');
  const { key, defaultHeaders, defaultQuery, ...rest } = settings;
  const client = new OpenAI({
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
  // OPENAI_CUSTOM_HEADERS cannot be declined by an option of 7.55: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', defaultHeaders);
  return client;
}
