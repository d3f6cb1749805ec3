import type { Env, LlmError, ModelContext } from '@majordomo/core';
import {
  baseURLFromEnv,
  clientSource,
  lowerCaseNames,
  ServerSession,
  withKnownHeaders,
  type Connect,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { accountName } from '@majordomo/wire-kit/internal';
import { toLlmError } from './errors.ts';
import { DEFAULT_ID, ORIGIN, type AnthropicOptions } from './options.ts';

/** Connection to a server that implements the Messages API. */
export interface Connection {
  /** Opens a session, which sends the requests of one attempt and converts their errors. */
  readonly open: (about: Pick<ErrorContext, 'target' | 'request'>) => MessagesSession;
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
    // The source of clients only reads names and secrets from the headers. The session sends them.
    headers: optionHeaders,
    baseURL: (env) => baseURLOf(options, env),
    baseURLEnv: 'ANTHROPIC_BASE_URL',
    // A client of the application must have these members.
    members: ['post', 'get', 'delete'],
    names: CUSTOM_CLIENT,
    async create({ key: apiKey = '', baseURL, fetch, headerNames }) {
      const sdk = await import('./sdk.ts');
      const filteredFetch = withKnownHeaders(fetch, [...headerNames, ...sdk.HEADERS]);
      return sdk.newClient({ apiKey, baseURL, fetch: filteredFetch, timeout: MAX_TIMER_MS });
    },
  });
  const setup = {
    connect,
    headers: optionHeaders,
    baseURL: options.client === undefined ? (env: Env) => baseURLOf(options, env) : undefined,
  };
  return { open: (about) => new MessagesSession(setup, about) };
}

/** Properties that all sessions of a connection share. */
interface Setup {
  readonly connect: Connect<Client>;
  /** Headers of every request, with lower-case names. */
  readonly headers: Headers;
  /** Returns the base URL; `undefined` for a client of the application, which has its own. */
  readonly baseURL: ((env: Env) => string) | undefined;
}

/** Requests of one attempt to a server that implements the Messages API, and their errors. */
export class MessagesSession extends ServerSession<Client> {
  private readonly setup: Setup;

  constructor(setup: Setup, about: Pick<ErrorContext, 'target' | 'request'>) {
    super(setup.connect, about);
    this.setup = setup;
  }

  /** Sends one request to `/v1/messages`. */
  async sendMessages(body: string, headers: Headers, context: CallContext): Promise<Response> {
    const client = await this.client(context);
    return client.post('/v1/messages', { ...this.settingsOf(context, headers), body }).asResponse();
  }

  /** Sends a request to a path of the API other than `/v1/messages`. Throws the SDK's errors. */
  async send(
    method: 'get' | 'post' | 'delete',
    path: string,
    context: CallContext,
    { headers = {}, ...init }: { readonly body?: Blob; readonly query?: object; readonly headers?: Headers },
  ): Promise<Response> {
    const client = await this.client(context);
    return client[method](path, { ...this.settingsOf(context, headers), ...init }).asResponse();
  }

  /** Returns a stable name of the account, which does not contain the credential. */
  async accountOf(context: CallContext): Promise<string> {
    const client = await this.client(context);
    const { baseURL } = this.setup;
    const url: unknown = baseURL === undefined ? Reflect.get(client, 'baseURL') : baseURL(context.env);
    return accountName([url, this.secrets]);
  }

  /** Returns a function that requests one page of the model list with the given query parameters. */
  async modelPages(context: CallContext): Promise<(query: object) => PromiseLike<unknown>> {
    const client = await this.client(context);
    return (query) => client.get('/v1/models', { ...this.settingsOf(context, {}), query });
  }

  /** Converts any failure of the attempt to an `LlmError` without secrets. */
  toLlmError(error: unknown): LlmError {
    return toLlmError(error, this);
  }

  private settingsOf({ headers, signal }: CallContext, requestHeaders: Headers): CallSettings {
    return {
      headers: { ...requestHeaders, ...lowerCaseNames(headers), ...this.setup.headers },
      ...this.endingWith(signal),
      maxRetries: 0,
      timeout: MAX_TIMER_MS,
    };
  }
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
  readonly signal?: AbortSignal;
  readonly fetchOptions?: object;
  readonly maxRetries: 0;
  readonly timeout: number;
}

const CUSTOM_CLIENT = { factory: 'createAnthropic', client: 'client of @anthropic-ai/sdk' };
