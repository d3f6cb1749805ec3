import { LlmError } from '@majordomo/core';
import type { Dsn, Model, ModelContext, Provider, ProviderOptions } from '@majordomo/core';
import {
  chatReasoningFamily,
  clientCache,
  credentialSource,
  lowerCased,
  patientFetch,
  secretsIn,
  sdkStream,
} from '@majordomo/core/provider';
import {
  bodyText,
  ChatReader,
  listedModels,
  openai,
  quirksFromParams,
  refuseUnsupported,
  toWire,
  traitsOf,
  type ChatQuirks,
  type Profile,
} from '@majordomo/openai-wire';
import { toLlmError, type Failed } from './errors.ts';
import { OPENAI_MODELS } from './models.ts';

/** `baseURL` is what the SDK means by it: it ends in `/v1`. */
export interface OpenAIOptions extends CompatibleOptions {
  /** The wire. Only `chat` is there; `responses` is a `config` error. */
  readonly api?: 'responses' | 'chat' | undefined;
}

export interface CompatibleOptions extends ProviderOptions {
  /** Where the server differs from what is known of it; wins over profile and model rules. */
  readonly quirks?: Partial<ChatQuirks> | undefined;
  /** A client of the openai package, used as it is: its credential, base URL and fetch. */
  readonly client?: object | undefined;
}

/**
 * OpenAI over Chat Completions. The key is `apiKey` or OPENAI_API_KEY of the call's `env`; without one the call fails
 * with kind `auth`. Nothing is loaded before the first call.
 */
export function createOpenAI(options: OpenAIOptions = {}): Provider {
  if (options.api === 'responses') {
    throw new LlmError(
      'config',
      "createOpenAI: the Responses wire is not there yet; leave `api` out or say 'chat'",
    );
  }
  return chatProvider({ ...openai, models: OPENAI_MODELS }, options);
}

/**
 * Any server of the Chat Completions wire: a vendor's profile, or one of your own.
 *
 * @example openaiCompatible({ id: 'lab', baseURL: 'http://gpu.lan:8000/v1', keyEnv: 'LAB_KEY' })
 */
export function openaiCompatible(profile: Profile, options: CompatibleOptions = {}): Provider {
  return chatProvider(profile, options);
}

/** The chain owns the timers; this is the longest that a timer can be told. */
const NEVER_MS = 2 ** 31 - 1;

/** What is used of the SDK's client; its own types of the options do not know the carrier below. */
interface Client {
  post(path: string, options: object): { asResponse(): Promise<Response> };
  get(path: string, options: object): { asResponse(): Promise<Response> };
}

interface CallSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly fetchOptions?: Carrier;
  readonly maxRetries: 0;
  readonly timeout: number;
}

/**
 * Carries a call's signal through the SDK to the transport. Told as `signal`, it is wrapped in a controller and weak
 * references of the SDK's own, which costs a call 33 µs of some 360 (openai 7.55, Node 24).
 */
const SIGNAL: unique symbol = Symbol('signal');

interface Carrier {
  readonly [SIGNAL]?: AbortSignal;
}

type CallContext = Omit<ModelContext, 'delivery'>;

/** The endpoint of a provider: who to call, with what. */
interface Endpoint {
  readonly baseURL: string;
  /** The SDK's client for this call's credential; tells `failed` what must not be shown and how to recover. */
  connect(context: CallContext, failed: Failed): Promise<Client>;
  settings(context: CallContext): CallSettings;
}

function chatProvider(profile: Profile, options: CompatibleOptions): Provider {
  const id = options.id ?? profile.id;
  const endpoint = endpointOf(profile, options);
  return {
    spi: 1,
    id,
    model: (modelId) => chatModel(modelId, id, profile, options, endpoint),
    schemes: { openai: fromDsn },
    async listModels(context) {
      const failed: Failed = { target: id, secrets: [] };
      try {
        const client = await endpoint.connect(context, failed);
        const response = await client.get('/models', endpoint.settings(context)).asResponse();
        const body = (await response.json()) as Parameters<typeof listedModels>[0];
        return listedModels(body, id, (each) => traitsOf(profile, each, options.quirks).capabilities);
      } catch (error) {
        throw toLlmError(error, failed);
      }
    },
  };
}

/** A compatible server: the DSN's token and nothing else, since a variable's key belongs to the vendor's own host. */
const fromDsn = (dsn: Dsn): Provider =>
  chatProvider(
    { id: dsn.name, baseURL: dsn.baseURL },
    { apiKey: dsn.token, quirks: quirksFromParams(dsn.params, `LLM_${dsn.name.toUpperCase()}`) },
  );

function chatModel(
  modelId: string,
  providerId: string,
  profile: Profile,
  options: CompatibleOptions,
  endpoint: Endpoint,
): Model {
  const { quirks, capabilities } = traitsOf(profile, modelId, options.quirks);
  const family = chatReasoningFamily(providerId, endpoint.baseURL);
  return {
    id: modelId,
    wire: 'openai-chat',
    families: [family],
    capabilities,
    timeouts: options.timeouts ?? profile.timeouts,
    // No answer was ever seen to be too long for one body.
    whole: () => true,
    stream(request, context) {
      const { target } = context;
      const failed: Failed = { target, secrets: [] };
      const reader = new ChatReader({ target, family, quirks, secrets: () => failed.secrets });
      return sdkStream({
        context,
        reader,
        async open(signal) {
          refuseUnsupported(request, capabilities, target);
          const stream = context.delivery === 'deltas';
          const { params, warnings } = toWire(request, modelId, quirks, { stream, family });
          reader.warn(warnings);
          failed.params = params;
          const client = await endpoint.connect(context, failed);
          const settings = endpoint.settings({ ...context, signal });
          return client.post('/chat/completions', { ...settings, body: bodyText(params) }).asResponse();
        },
        toLlmError: (error) => toLlmError(error, failed),
      });
    },
  };
}

function endpointOf(profile: Profile, options: CompatibleOptions): Endpoint {
  const baseURL = options.baseURL ?? profile.baseURL;
  const isKeyless = options.apiKey === undefined && profile.keyEnv === undefined;
  const credentials = credentialSource(options.apiKey, profile.keyEnv === undefined ? [] : [profile.keyEnv]);
  const clients = clientCache<Client>();
  const own = lowerCased(options.headers);
  const always = { ...JSON_BODY, ...own };
  return {
    baseURL,
    async connect(context, failed) {
      failed.secrets = secretsIn(context.headers, own);
      if (options.client !== undefined) return checkedClient(options.client);
      const fetch = options.fetch ?? context.fetch;
      if (isKeyless) return clients('', () => newClient(undefined, baseURL, fetch), fetch);
      const key = await credentials.read(context);
      failed.secrets = [key, ...failed.secrets];
      failed.credential = () => credentials.recovery(key);
      return clients(key, () => newClient(key, baseURL, fetch), fetch);
    },
    settings: ({ headers, signal }) => ({
      headers: headers === undefined ? always : { ...JSON_BODY, ...lowerCased(headers), ...own },
      ...(options.client === undefined ? { fetchOptions: { [SIGNAL]: signal } } : { signal }),
      maxRetries: 0,
      timeout: NEVER_MS,
    }),
  };
}

/** The SDK sends a text as it is only with a type. */
const JSON_BODY = { 'content-type': 'application/json' };

/** All that the SDK would take from the environment is said here: key, base URL, tenant, webhook secret, log level. */
async function newClient(
  key: string | undefined,
  baseURL: string,
  fetch: ModelContext['fetch'],
): Promise<Client> {
  const { OpenAI } = await import('openai');
  // A header without a value is not sent: not the wait that is switched off, nor the key that the SDK insists on.
  const defaultHeaders = {
    'x-stainless-timeout': null,
    ...(key === undefined ? { authorization: null } : undefined),
  };
  const client = new OpenAI({
    apiKey: key ?? 'none',
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL,
    fetch: (url, init) => (fetch ?? patientFetch)(url, signalled(init)),
    defaultHeaders,
    maxRetries: 0,
    timeout: NEVER_MS,
    logLevel: 'off',
  });
  // OPENAI_CUSTOM_HEADERS cannot be declined by an option of 7.55: they land among the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', defaultHeaders);
  return client;
}

function signalled(init: (RequestInit & Carrier) | undefined): RequestInit | undefined {
  const signal = init?.[SIGNAL];
  return signal === undefined ? init : { ...init, signal };
}

function checkedClient(client: object): Client {
  if ('post' in client && 'get' in client) return client as Client;
  throw new LlmError('config', 'the `client` given to the provider is no client of the openai package');
}
