import type { Env, ModelContext, ProviderOptions } from '@majordomo/core';
import { checkClient, clientCache } from './clients.ts';
import { credentialSource } from './credentials.ts';
import type { ErrorContext } from './errors.ts';
import { directFetch, lowerCaseNames, patientFetch, secretsIn, secretsOfClient } from './http.ts';

type HeaderRecord = Readonly<Record<string, string>>;

/** Settings of an SDK client. */
export interface NewClient {
  /** `undefined` for a server without credentials. */
  readonly key: string | undefined;
  readonly baseURL: string;
  /** Rejects redirects and limits the size of complete bodies. Its errors name the provider. */
  readonly fetch: typeof globalThis.fetch;
  /** Names of the headers of the application and the provider, in lower case. */
  readonly headerNames: readonly string[];
}

/** Facts about a provider from which its clients are created. */
export interface ClientSourceInit<Client> {
  /** Id of the provider. */
  readonly id: string;
  readonly options: Pick<ProviderOptions, 'apiKey' | 'fetch'> & { readonly client?: object | undefined };
  /** Variables of the key. */
  readonly keyEnv: readonly string[];
  /** Whether a call without a key fails. Otherwise no credential is sent. */
  readonly requiresKey: boolean;
  /** Constant headers and query of the provider, which may contain secrets. */
  readonly headers: HeaderRecord;
  readonly query?: HeaderRecord | undefined;
  /** Returns the base URL for the `env` of a call. */
  readonly baseURL: (env: Env) => string;
  /** Members of a client, and names for the error about a client of the application that lacks them. */
  readonly members: readonly (keyof Client & string)[];
  readonly names: { readonly factory: string; readonly client: string };
  /** Creates a client. It is called once per credential, base URL, set of header names and transport. */
  readonly create: (settings: NewClient) => Promise<Client>;
}

/**
 * Returns a function that finds the credential of an attempt and returns its client: the application's own, or a cached one.
 * It adds the secrets to redact and the credential recovery to `facts`.
 */
export function clientSource<Client>(
  init: ClientSourceInit<Client>,
): (context: Omit<ModelContext, 'delivery'>, facts: ErrorContext) => Promise<Client> {
  const { id, options, headers, query } = init;
  const credentials = credentialSource(options.apiKey, init.keyEnv);
  const clients = clientCache<Client>();
  return async (context, facts) => {
    const { client, fetch = context.fetch ?? patientFetch } = options;
    facts.secrets = [...secretsOfClient(client), ...secretsIn(context.headers, headers, query)];
    if (client !== undefined) return checkClient<Client>(client, init.members, init.names);
    const baseURL = init.baseURL(context.env);
    const key = init.requiresKey ? await credentials.resolve(context) : undefined;
    if (key !== undefined) {
      facts.secrets = [key, ...facts.secrets];
      facts.credential = () => credentials.renewal(key);
    }
    const headerNames = Object.keys({ ...lowerCaseNames(context.headers), ...headers });
    // A client serves many models, so errors of its transport name the provider.
    const create = (): Promise<Client> =>
      init.create({ key, baseURL, fetch: directFetch(fetch, id), headerNames });
    return clients(JSON.stringify([baseURL, key, headerNames]), create, fetch);
  };
}
