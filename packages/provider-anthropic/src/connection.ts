import type { ModelContext } from '@majordomo/core';
import {
  checkClient,
  clientCache,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  secretsOfClient,
  withKnownHeaders,
  type ErrorContext,
} from '@majordomo/wire-kit';
import { ID, ORIGIN, type AnthropicOptions } from './options.ts';

/** A server of this wire, and the credential to call it with. */
export interface Connection {
  /** Sends one request; tells `facts` what must not be shown, and how another credential may be had. */
  send(body: string, headers: Headers, context: CallContext, facts: ErrorContext): Promise<Response>;
  /** Asks for pages of the list of models. */
  pages(context: CallContext, facts: ErrorContext): Promise<(query: object) => PromiseLike<unknown>>;
}

type Headers = Readonly<Record<string, string>>;
type CallContext = Omit<ModelContext, 'delivery'>;

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function createConnection(options: AnthropicOptions, keyEnv: readonly string[]): Connection {
  const connect = connector(options, keyEnv);
  const own = lowerCaseNames(options.headers);
  const settings = ({ headers, signal }: CallContext, more: Headers): CallSettings => ({
    headers: { ...more, ...lowerCaseNames(headers), ...own },
    signal,
    maxRetries: 0,
    timeout: NEVER_MS,
  });
  return {
    async send(body, headers, context, facts) {
      const client = await connect(context, facts);
      return client.post('/v1/messages', { ...settings(context, headers), body }).asResponse();
    },
    async pages(context, facts) {
      const client = await connect(context, facts);
      return (query) => client.get('/v1/models', { ...settings(context, {}), query });
    },
  };
}

/** The chain owns the timers; this is the longest that a timer can be told. */
const NEVER_MS = 2 ** 31 - 1;

/** What is used of the SDK's client. */
interface Client {
  post(path: string, options: CallSettings & { readonly body: string }): { asResponse(): Promise<Response> };
  get(path: string, options: CallSettings & { readonly query: object }): PromiseLike<unknown>;
}

interface CallSettings {
  readonly headers: Headers;
  readonly signal: AbortSignal;
  readonly maxRetries: 0;
  readonly timeout: number;
}

/** The SDK's client for the credential of a call. */
function connector(
  options: AnthropicOptions,
  keyEnv: readonly string[],
): (context: CallContext, facts: ErrorContext) => Promise<Client> {
  const { apiKey, baseURL = ORIGIN, client } = options;
  const credentials = credentialSource(apiKey, keyEnv);
  const clients = clientCache<Client>();
  const own = lowerCaseNames(options.headers);
  const id = options.id ?? ID;
  return async (context, facts) => {
    if (client !== undefined) {
      facts.secrets = [...secretsOfClient(client), ...secretsIn(context.headers, own)];
      return checkClient<Client>(client, ['post', 'get'], OWN_CLIENT);
    }
    const key = await credentials.resolve(context);
    facts.secrets = [key, ...secretsIn(context.headers, own)];
    facts.credential = () => credentials.renewal(key);
    const fetch = options.fetch ?? context.fetch ?? patientFetch;
    const names = Object.keys({ ...lowerCaseNames(context.headers), ...own });
    const make = async (): Promise<Client> => {
      const sdk = await import('./sdk.ts');
      // A client serves many models: `toLlmError` names the one of a call.
      const known = withKnownHeaders(directFetch(fetch, id), [...names, ...sdk.HEADERS]);
      return sdk.newClient({ apiKey: key, baseURL, fetch: known, timeout: NEVER_MS });
    };
    return clients(JSON.stringify([key, names]), make, fetch);
  };
}

const OWN_CLIENT = { factory: 'createAnthropic', client: 'client of @anthropic-ai/sdk' };
