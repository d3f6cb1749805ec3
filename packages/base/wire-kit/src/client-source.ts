import { dsnVariable, type Env, type ProviderOptions } from '@majordomo/core';
import { checkClient, clientCache } from './clients.ts';
import { serverAddress, variableWith, type ServerAddress } from './connection-error.ts';
import { credentialSource } from './credentials.ts';
import { keyRemedy } from './key-forms.ts';
import { directFetch, lowerCaseNames, patientFetch, secretsIn, secretsOfClient } from './http.ts';
import type { Connect } from './server-session.ts';

type HeaderRecord = Readonly<Record<string, string>>;

/** Settings of an SDK client. */
export interface NewClient {
  /** API key or token; `undefined` for a server without credentials. */
  readonly key: string | undefined;
  readonly baseURL: string;
  /** Transport that rejects redirects and limits the size of non-streaming bodies. Its errors name only the provider. */
  readonly fetch: typeof globalThis.fetch;
  /** Names of the headers that the application and the provider set, in lower case. */
  readonly headerNames: readonly string[];
}

/** Properties of a provider that are needed to create its SDK clients. */
export interface ClientSourceInit<Client> {
  /** Id of the provider. */
  readonly id: string;
  readonly options: Pick<ProviderOptions, 'apiKey' | 'fetch'> & { readonly client?: object | undefined };
  /** Names of the environment variables that may contain the key, in order of precedence. */
  readonly keyEnv: readonly string[];
  /** Whether calls need a key. If `false`, calls send no key, even if one is configured. */
  readonly requiresKey: boolean;
  /** Headers of every request, which may contain secrets. */
  readonly headers: HeaderRecord;
  readonly query?: HeaderRecord | undefined;
  /** Returns the base URL for a call with this `env`. */
  readonly baseURL: (env: Env) => string;
  /** Name of the environment variable that may contain the base URL, for errors. */
  readonly baseURLEnv?: string | undefined;
  /** Methods that an SDK client passed by the application must have. */
  readonly members: readonly (keyof Client & string)[];
  /** Names of the `create…` function and of the SDK's client, for errors. */
  readonly names: { readonly factory: string; readonly client: string };
  /** Creates a client for a combination of credential, base URL, header names and transport. The client is then cached. */
  readonly create: (settings: NewClient) => Promise<Client>;
}

/** Base URL for requests that `ModelContext.exchange` handles. No request is sent to this URL. */
const NO_SERVER = 'http://exchange.invalid';

/**
 * Returns a function that determines the credential of an attempt. The client is that of the application, or a cached one for
 * the credential. If the attempt has a key, the result has a recovery and a remedy for a rejected key.
 */
export function clientSource<Client>(init: ClientSourceInit<Client>): Connect<Client> {
  const { id, options, headers, query } = init;
  const credentials = credentialSource(options.apiKey, init.keyEnv);
  const clients = clientCache<Client>();
  return async (context) => {
    const { client, fetch = context.fetch ?? patientFetch } = options;
    const headerNames = Object.keys({ ...lowerCaseNames(context.headers), ...headers });
    // Errors of the transport name only the provider, because one client sends requests for many models.
    const clientFor = (by: typeof globalThis.fetch, baseURL: string, key?: string): Promise<Client> => {
      const create = (): Promise<Client> =>
        init.create({ key, baseURL, fetch: directFetch(by, id), headerNames });
      return clients(JSON.stringify([baseURL, key, headerNames]), create, by);
    };
    // In this order: an exchange replaces every other transport, then the client of the application, then a server without keys.
    // `isDirect`: the client sends through `directFetch`, to which the session passes the signal of a request instead of the SDK.
    const { exchange } = context;
    const headerSecrets = secretsIn(context.headers, headers, query);
    if (exchange !== undefined)
      return { isDirect: true, client: () => clientFor(exchange, NO_SERVER), secrets: headerSecrets };
    if (client !== undefined) {
      const secrets = [...secretsOfClient(client), ...headerSecrets];
      return { client: () => checkClient<Client>(client, init.members, init.names), secrets };
    }
    const baseURL = init.baseURL(context.env);
    const server = (): ServerAddress => serverAddress(id, baseURL, init.baseURLEnv, context.env);
    if (!init.requiresKey)
      return { isDirect: true, client: () => clientFor(fetch, baseURL), secrets: headerSecrets, server };
    const key = await credentials.resolve(context, headerSecrets);
    // A rejected key may come from a variable of the key, from a DSN, which contains the key, or from the option.
    const variables = [...init.keyEnv, dsnVariable(id)];
    return {
      isDirect: true,
      client: () => clientFor(fetch, baseURL, key),
      secrets: [key, ...headerSecrets],
      server,
      renew: () => credentials.renewal(key),
      keyRemedy: () =>
        keyRemedy(key, variableWith(key, variables, context.env) ?? 'the option apiKey', init.keyEnv),
    };
  };
}
