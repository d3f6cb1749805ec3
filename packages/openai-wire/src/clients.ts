import type { Env } from '@majordomo/core';
import {
  baseURLFromEnv,
  checkClient,
  clientCache,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  secretsOfClient,
  withKnownHeaders,
} from '@majordomo/wire-kit';
import type { SdkErrorContext } from './errors.ts';
import type { CallContext, SdkOptions } from './options.ts';
import type { Profile } from './profile.ts';
import { sdkErrors, type Sdk, type SdkClient, type SdkErrors } from './sdk.ts';

/** The longest delay of a timer. */
export const MAX_TIMEOUT_MS: number = 2 ** 31 - 1;

/** The server of a provider. */
export type Server = Pick<
  Profile,
  'id' | 'baseURL' | 'baseURLEnv' | 'keyEnv' | 'keyHeader' | 'headers' | 'query'
>;

/** Clients of one provider, one per credential and transport. A client is created by the first call that needs it. */
export interface Clients {
  /** Returns the client for a call. Sets the secrets and the source of the credential in `facts`. */
  readonly connect: (context: CallContext, facts: SdkErrorContext) => Promise<SdkClient>;
  /** Recognizes errors of these clients. Before the SDK is loaded, no error is recognized. */
  readonly errors: () => SdkErrors;
}

export function createClients(sdk: Sdk, server: Server, options: SdkOptions): Clients {
  const clients = clientCache<SdkClient>();
  const isKeyless = options.apiKey === undefined && server.keyEnv === undefined;
  const credentials = credentialSource(options.apiKey, server.keyEnv === undefined ? [] : [server.keyEnv]);
  let errors = sdkErrors(options.client?.constructor, sdk.errorClass);
  const constantHeaders = lowerCaseNames({ ...server.headers, ...options.headers });
  const create = async (
    baseURL: string,
    key: string | undefined,
    headerNames: readonly string[],
    fetch: Fetch = patientFetch,
  ): Promise<SdkClient> => {
    const { Client, newClient } = await sdk.load();
    errors = sdkErrors(Client, sdk.errorClass);
    const defaultHeaders = defaultHeadersOf(key, server.keyHeader);
    const known = [...headerNames, ...Object.keys(defaultHeaders)];
    return newClient({
      key,
      baseURL,
      // A client serves many models, so its errors only name the provider; `toLlmError` adds the model.
      fetch: withKnownHeaders(directFetch(fetch, server.id), known),
      defaultHeaders,
      defaultQuery: server.query,
      timeout: MAX_TIMEOUT_MS,
    });
  };
  const connect: Clients['connect'] = async (context, facts) => {
    const { client, headers, fetch = context.fetch } = options;
    facts.secrets = [
      ...secretsOfClient(client),
      ...secretsIn(context.headers, { ...server.headers, ...headers }, server.query),
    ];
    if (client !== undefined) return checkClient<SdkClient>(client, ['post', 'get'], namesOf(sdk));
    const headerNames = Object.keys({ ...lowerCaseNames(context.headers), ...constantHeaders });
    const baseURL = baseURLOf(context.env, server, options);
    const clientFor = (key: string | undefined): Promise<SdkClient> =>
      clients(
        JSON.stringify([baseURL, key, headerNames]),
        () => create(baseURL, key, headerNames, fetch),
        fetch,
      );
    if (isKeyless) return clientFor(undefined);
    const key = await credentials.resolve(context);
    facts.secrets = [key, ...facts.secrets];
    facts.credential = () => credentials.renewal(key);
    return clientFor(key);
  };
  return { connect, errors: () => errors };
}

type Fetch = typeof globalThis.fetch;

const baseURLOf = (env: Env, { baseURL, baseURLEnv }: Server, options: SdkOptions): string =>
  options.baseURL ?? (baseURLEnv === undefined ? undefined : baseURLFromEnv(env, baseURLEnv)) ?? baseURL;

/** Returns headers that replace those of the SDK and of its environment variables. A header of `null` is not sent. */
function defaultHeadersOf(
  key: string | undefined,
  header: string | undefined,
): Readonly<Record<string, string | null>> {
  const isBearer = key !== undefined && header === undefined;
  return {
    accept: 'application/json',
    // A request with text sets its own type, and the type of a form contains a boundary.
    'content-type': null,
    'x-stainless-timeout': null,
    authorization: isBearer ? `Bearer ${key}` : null,
    ...(key !== undefined && header !== undefined ? { [header.toLowerCase()]: key } : undefined),
  };
}

const namesOf = ({ factory, name }: Sdk): { factory: string; client: string } => ({
  factory,
  client: `client of the ${name} package`,
});
