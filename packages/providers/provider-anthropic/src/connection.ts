import type { Env, ModelContext } from '@majordomo/core';
import {
  accountName,
  baseURLFromEnv,
  clientSource,
  lowerCaseNames,
  withKnownHeaders,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { DEFAULT_ID, ORIGIN, type AnthropicOptions } from './options.ts';

/** Connection to a server that implements the Messages API. */
export interface Connection {
  /** Sends one request. Stores the secrets to redact and the recovery that renews the credential in `facts`. */
  send(body: string, headers: Headers, context: CallContext, facts: ErrorContext): Promise<Response>;
  /** Sends a request to a path of the API other than `/v1/messages`. Throws the SDK's errors. */
  readonly request: (
    method: 'get' | 'post' | 'delete',
    path: string,
    context: CallContext,
    facts: ErrorContext,
    init: { readonly body?: Blob; readonly query?: object; readonly headers?: Headers },
  ) => Promise<Response>;
  /** Returns a stable name of the account, which does not contain the credential. */
  readonly accountOf: (context: CallContext, facts: ErrorContext) => Promise<string>;
  /** Returns a function that requests one page of the model list with the given query parameters. */
  modelPages(context: CallContext, facts: ErrorContext): Promise<(query: object) => PromiseLike<unknown>>;
}

type Headers = Readonly<Record<string, string>>;
type CallContext = Omit<ModelContext, 'delivery'>;

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: AnthropicOptions, keyEnv: readonly string[]): Connection {
  const optionHeaders = lowerCaseNames(options.headers);
  const connect = clientSource<Client>({
    id: options.id ?? DEFAULT_ID,
    options,
    keyEnv,
    requiresKey: true,
    headers: optionHeaders,
    baseURL: (env) => baseURLOf(options, env),
    baseURLEnv: 'ANTHROPIC_BASE_URL',
    members: ['post', 'get', 'delete'],
    names: CUSTOM_CLIENT,
    async create({ key: apiKey = '', baseURL, fetch, headerNames }) {
      const sdk = await import('./sdk.ts');
      const filteredFetch = withKnownHeaders(fetch, [...headerNames, ...sdk.HEADERS]);
      return sdk.newClient({ apiKey, baseURL, fetch: filteredFetch, timeout: MAX_TIMER_MS });
    },
  });
  const settings = ({ headers, signal }: CallContext, requestHeaders: Headers): CallSettings => ({
    headers: { ...requestHeaders, ...lowerCaseNames(headers), ...optionHeaders },
    signal,
    maxRetries: 0,
    timeout: MAX_TIMER_MS,
  });
  return {
    async send(body, headers, context, facts) {
      const client = await connect(context, facts);
      return client.post('/v1/messages', { ...settings(context, headers), body }).asResponse();
    },
    async request(method, path, context, facts, { headers = {}, ...init }) {
      const client = await connect(context, facts);
      return client[method](path, { ...settings(context, headers), ...init }).asResponse();
    },
    async accountOf(context, facts) {
      const client = await connect(context, facts);
      const url: unknown =
        options.client === undefined ? baseURLOf(options, context.env) : Reflect.get(client, 'baseURL');
      return accountName([url, facts.secrets]);
    },
    async modelPages(context, facts) {
      const client = await connect(context, facts);
      return (query) => client.get('/v1/models', { ...settings(context, {}), query });
    },
  };
}

/** Returns the base URL of a call: the option, otherwise the variable in `env`, otherwise that of Anthropic. */
export const baseURLOf = ({ baseURL }: AnthropicOptions, env: Env): string =>
  baseURL ?? baseURLFromEnv(env, 'ANTHROPIC_BASE_URL') ?? ORIGIN;

/** Timeout of the SDK, in milliseconds: the maximum of a timer, because majordomo itself enforces timeouts. */
const MAX_TIMER_MS = 2 ** 31 - 1;

interface Client {
  post(path: string, options: CallSettings & { readonly body?: string | Blob }): ApiPromise;
  delete(path: string, options: CallSettings): ApiPromise;
  get(path: string, options: CallSettings & { readonly query?: object }): ApiPromise;
}

type ApiPromise = PromiseLike<unknown> & { asResponse(): Promise<Response> };

interface CallSettings {
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly maxRetries: 0;
  readonly timeout: number;
}

const CUSTOM_CLIENT = { factory: 'createAnthropic', client: 'client of @anthropic-ai/sdk' };
