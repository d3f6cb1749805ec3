import { LlmError, type Env } from '@majordomo/core';
import { checkBaseURL, clientSource, lowerCaseNames, withKnownHeaders } from '@majordomo/wire-kit';
import type { SdkErrorContext } from './errors.ts';
import type { CallContext, SdkOptions } from './options.ts';
import type { Profile } from './profile.ts';
import { sdkErrors, type Sdk, type SdkClient, type SdkErrors } from './sdk.ts';

/** The longest delay of a timer. */
export const MAX_TIMEOUT_MS: number = 2 ** 31 - 1;

/** The server of a provider. */
export type Server = Pick<
  Profile,
  'id' | 'baseURL' | 'baseURLEnv' | 'baseURLEnvPath' | 'keyEnv' | 'keyHeader' | 'headers' | 'query'
>;

/** Clients of one provider, one per credential and transport. A client is created by the first call that needs it. */
export interface Clients {
  /** Returns the client for a call. Sets the secrets and the source of the credential in `facts`. */
  readonly connect: (context: CallContext, facts: SdkErrorContext) => Promise<SdkClient>;
  /** Recognizes errors of these clients. Before the SDK is loaded, no error is recognized. */
  readonly errors: () => SdkErrors;
}

export function createClients(sdk: Sdk, server: Server, options: SdkOptions): Clients {
  let errors = sdkErrors(options.client?.constructor, sdk.errorClass);
  const connect = clientSource<SdkClient>({
    id: server.id,
    options,
    keyEnv: server.keyEnv === undefined ? [] : [server.keyEnv],
    requiresKey: options.apiKey !== undefined || server.keyEnv !== undefined,
    headers: lowerCaseNames({ ...server.headers, ...options.headers }),
    query: server.query,
    baseURL: (env) => baseURLOf(env, server, options),
    members: ['post', 'get'],
    names: { factory: sdk.factory, client: `client of the ${sdk.name} package` },
    async create({ key, baseURL, fetch, headerNames }) {
      const { Client, newClient } = await sdk.load();
      errors = sdkErrors(Client, sdk.errorClass);
      const defaultHeaders = defaultHeadersOf(key, server.keyHeader);
      return newClient({
        key,
        baseURL,
        fetch: withKnownHeaders(fetch, [...headerNames, ...Object.keys(defaultHeaders)]),
        defaultHeaders,
        defaultQuery: server.query,
        timeout: MAX_TIMEOUT_MS,
      });
    },
  });
  return { connect, errors: () => errors };
}

function baseURLOf(env: Env, server: Server, options: SdkOptions): string {
  if (options.baseURL !== undefined) return options.baseURL;
  const { id, baseURL, baseURLEnv = 'its variable' } = server;
  const fromEnv = baseURLInEnv(env, server);
  if (fromEnv !== undefined) checkBaseURL(fromEnv, baseURLEnv);
  const url = fromEnv ?? baseURL;
  if (url !== undefined) return url;
  const issue = `no address for ${id}: pass baseURL, or set ${baseURLEnv}`;
  throw new LlmError('config', issue, { path: 'baseURL' });
}

/** Returns the base URL that the server's variable has in `env`, without a check. */
export function baseURLInEnv(env: Env, { baseURLEnv, baseURLEnvPath = '' }: Server): string | undefined {
  const url = baseURLEnv === undefined ? '' : (env[baseURLEnv]?.trim() ?? '');
  return url === '' ? undefined : url.replace(/(?<!\/)\/+$/, '') + baseURLEnvPath;
}

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
