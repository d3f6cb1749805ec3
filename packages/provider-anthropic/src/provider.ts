import { LlmError } from '@majordomo/core';
import type { Dsn, Model, ModelContext, Provider, ProviderOptions } from '@majordomo/core';
import {
  CLAUDE_FAMILY,
  clientCache,
  credentialSource,
  lowerCased,
  patientFetch,
  quirksFromParams,
  sameHeaders,
  Scribe,
  secretsIn,
  secretsOfClient,
  sdkStream,
} from '@majordomo/core/provider';
import { serialize } from './body.ts';
import { inBandError, toLlmError, type Failed } from './errors.ts';
import { listedModels } from './listed.ts';
import { factsOf } from './models.ts';
import { MESSAGES_QUIRKS, QUIRK_WORDS, type Quirks } from './quirks.ts';
import { DEFAULT_MAX_TOKENS, toWire, type WireRequest } from './request.ts';
import { MessagesReader } from './stream.ts';

/** `baseURL` is the origin, as the SDK means it; default `https://api.anthropic.com`. */
export interface AnthropicOptions extends ProviderOptions {
  /** Where a server differs from what is known of its models; wins over it. */
  readonly quirks?: Partial<Quirks> | undefined;
  /** A client of `@anthropic-ai/sdk` to be used as it is, with its own credential, base URL and fetch. */
  readonly client?: object | undefined;
}

/**
 * Claude through the Messages API. The key is `apiKey` or the variable ANTHROPIC_API_KEY of the call's `env`;
 * without one the call fails with kind `auth`. Nothing is loaded before the first call.
 */
export function createAnthropic(options: AnthropicOptions = {}): Provider {
  return messagesProvider(options, KEY_ENV);
}

const ORIGIN = 'https://api.anthropic.com';
const KEY_ENV = ['ANTHROPIC_API_KEY'];
/** The chain owns the timers; this is the longest that a timer can be told. */
const NEVER_MS = 2 ** 31 - 1;
/**
 * The SDK refuses non-streaming calls that may take more than 10 minutes, at 128,000 tokens an hour:
 * connections that idle for longer are cut on the way. Such answers are streamed, whoever reads them.
 */
const LONGEST_WHOLE_TOKENS = 21_333;

/** What is used of the SDK's client. */
interface Client {
  post(path: string, options: CallSettings & { readonly body: string }): { asResponse(): Promise<Response> };
  get(path: string, options: CallSettings & { readonly query: object }): PromiseLike<unknown>;
}

interface CallSettings {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly maxRetries: 0;
  readonly timeout: number;
}

type CallContext = Omit<ModelContext, 'delivery'>;
type Transport = typeof globalThis.fetch;

/** The endpoint of a provider: who to call, with what. */
interface Endpoint {
  /**
   * The SDK's client for this call's credential; tells `failed` what must not be shown and how to recover.
   */
  connect(context: CallContext, failed: Failed): Promise<Client>;
  settings(context: CallContext, headers: Readonly<Record<string, string>>): CallSettings;
}

function messagesProvider(options: AnthropicOptions, keyEnv: readonly string[]): Provider {
  const id = options.id ?? 'anthropic';
  const endpoint = endpointOf(options, keyEnv);
  return {
    spi: 1,
    id,
    model: (modelId) => messagesModel(modelId, options, endpoint),
    schemes: { anthropic: fromDsn },
    async listModels(context) {
      const failed: Failed = { target: id, secrets: [] };
      try {
        const client = await endpoint.connect(context, failed);
        const settings = endpoint.settings(context, {});
        return await listedModels(id, (query) => client.get('/v1/models', { ...settings, query }));
      } catch (error) {
        throw toLlmError(error, failed);
      }
    },
  };
}

/** A token in the DSN, and nothing else: the variable's key belongs to the vendor's own host. */
const fromDsn = (dsn: Dsn): Provider =>
  messagesProvider(
    {
      id: dsn.name,
      apiKey: dsn.token,
      baseURL: dsn.baseURL,
      quirks: quirksFromParams<Quirks>(dsn.params, QUIRK_WORDS),
    },
    dsn.baseURL === ORIGIN ? KEY_ENV : [],
  );

function messagesModel(modelId: string, options: AnthropicOptions, endpoint: Endpoint): Model {
  const { capabilities, quirks: known } = factsOf(modelId);
  const quirks: Quirks = { ...MESSAGES_QUIRKS, ...known, ...options.quirks };
  const most = capabilities.maxOutputTokens;
  return {
    id: modelId,
    wire: 'anthropic-messages',
    families: [CLAUDE_FAMILY],
    capabilities,
    timeouts: options.timeouts,
    whole: ({ maxTokens }) =>
      Math.min(maxTokens ?? Infinity, most ?? DEFAULT_MAX_TOKENS) <= LONGEST_WHOLE_TOKENS,
    stream(request, context) {
      const failed: Failed = { target: context.target, request, secrets: [] };
      const reader = new MessagesReader(new Scribe(context.target, []), (body) => inBandError(body, failed));
      return sdkStream({
        context,
        reader,
        async open(signal) {
          const { params, warnings } = toWire(request, modelId, quirks, most);
          reader.warnings = warnings;
          const client = await endpoint.connect(context, failed);
          const body = serialize(params, context.delivery === 'deltas');
          const settings = endpoint.settings({ ...context, signal }, versionFor(params));
          return client.post('/v1/messages', { ...settings, body }).asResponse();
        },
        toLlmError: (error) => toLlmError(error, failed),
      });
    },
  };
}

/**
 * API version 2026-10-21, which the SDK names, refuses every sampling parameter; models that take them need
 * the former.
 */
function versionFor(params: WireRequest['params']): Readonly<Record<string, string>> {
  const samples = 'temperature' in params || 'top_p' in params || 'top_k' in params;
  return samples ? { ...JSON_BODY, 'anthropic-version': '2023-06-01' } : JSON_BODY;
}

const JSON_BODY = { 'content-type': 'application/json' };

function endpointOf(options: AnthropicOptions, keyEnv: readonly string[]): Endpoint {
  const credentials = credentialSource(options.apiKey, keyEnv);
  const clients = clientCache<Client>();
  const own = lowerCased(options.headers);
  const baseURL = options.baseURL ?? ORIGIN;
  return {
    async connect(context, failed) {
      if (options.client !== undefined) {
        failed.secrets = [...secretsOfClient(options.client), ...secretsIn(context.headers, own)];
        return checkedClient(options.client);
      }
      const key = await credentials.read(context);
      failed.secrets = [key, ...secretsIn(context.headers, own)];
      failed.credential = () => credentials.recovery(key);
      const fetch = options.fetch ?? context.fetch ?? patientFetch;
      return clients(key, () => newClient(key, baseURL, fetch), fetch);
    },
    settings: (context, headers) => ({
      headers: { ...headers, ...lowerCased(context.headers), ...own },
      signal: context.signal,
      maxRetries: 0,
      timeout: NEVER_MS,
    }),
  };
}

/**
 * All that the SDK would take from the environment is said here: key, base URL, log level, webhook key,
 * tracing.
 */
async function newClient(apiKey: string, baseURL: string, fetch: Transport): Promise<Client> {
  const { Anthropic } = await import('@anthropic-ai/sdk');
  const client = new Anthropic({
    apiKey,
    baseURL,
    fetch,
    maxRetries: 0,
    timeout: NEVER_MS,
    webhookKey: null,
    logLevel: 'off',
    openTelemetry: false,
  });
  // ANTHROPIC_CUSTOM_HEADERS cannot be declined by an option of 1.10: it lands in the default headers.
  const settled: unknown = Reflect.get(client, '_options');
  if (typeof settled === 'object' && settled !== null) Reflect.set(settled, 'defaultHeaders', undefined);
  return sameHeaders(client);
}

function checkedClient(client: object): Client {
  if ('post' in client && 'get' in client) return client as Client;
  throw new LlmError('config', 'the `client` given to createAnthropic is no client of @anthropic-ai/sdk');
}
