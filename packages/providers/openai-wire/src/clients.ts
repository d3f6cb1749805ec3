import { LlmError, type Env } from '@majordomo/core';
import {
  checkBaseURL,
  clientSource,
  lowerCaseNames,
  withKnownHeaders,
  type Connect,
} from '@majordomo/wire-kit';
import { withoutFinalSlashes } from '@majordomo/wire-kit/internal';
import type { SdkOptions } from './options.ts';
import type { Profile } from './profile.ts';
import { sdkErrors, type Sdk, type SdkClient, type SdkErrors } from './sdk.ts';

/** Timeout of the SDKs, in milliseconds: the maximum delay of a timer, because majordomo itself enforces timeouts. */
export const MAX_TIMEOUT_MS: number = 2 ** 31 - 1;

/** Properties of a profile that describe the connection to its server. */
export type Server = Pick<
  Profile,
  'id' | 'baseURL' | 'baseURLEnv' | 'baseURLEnvPath' | 'keyEnv' | 'keyHeader' | 'headers' | 'query'
>;

/** SDK clients of one provider, one per credential and transport. Each client is created at the first call that needs it. */
export interface Clients {
  /** Determines the credential of a call, and returns its client. */
  readonly connect: Connect<SdkClient>;
  /** Returns the functions that recognize errors of the SDK. Until a client exists, these functions recognize no error. */
  readonly errors: () => SdkErrors;
}

export function createClients(sdk: Sdk, server: Server, options: SdkOptions): Clients {
  let errors = sdkErrors(options.client?.constructor, sdk.errorClass);
  const connect = clientSource<SdkClient>({
    id: server.id,
    options,
    keyEnv: server.keyEnv === undefined ? [] : [server.keyEnv],
    requiresKey: options.apiKey !== undefined || server.keyEnv !== undefined,
    // The source of clients only reads names and secrets from the headers and the query. `SdkSession` sends the headers.
    headers: lowerCaseNames({ ...server.headers, ...options.headers }),
    query: server.query,
    baseURL: (env) => baseURLOf(env, server, options),
    baseURLEnv: server.baseURLEnv,
    // A client of the application must have these members.
    members: ['post', 'get', 'delete'],
    names: { factory: sdk.factory, client: `client of the ${sdk.name} package` },
    async create({ key, baseURL, fetch, headerNames }) {
      const { Client, newClient } = await sdk.load();
      errors = sdkErrors(Client, sdk.errorClass);
      const defaultHeaders = defaultHeadersOf(key, server.keyHeader);
      return newClient({
        key,
        baseURL,
        // Removes the headers that the SDK adds from the environment.
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
  const issue = `${id}: no base URL is configured; pass baseURL, or set ${baseURLEnv}`;
  throw new LlmError('config', issue, { path: 'baseURL' });
}

/** Returns the base URL from the server's environment variable in `env`. Does not check the URL. */
export function baseURLInEnv(env: Env, { baseURLEnv, baseURLEnvPath = '' }: Server): string | undefined {
  const url = baseURLEnv === undefined ? '' : (env[baseURLEnv]?.trim() ?? '');
  return url === '' ? undefined : withoutFinalSlashes(url) + baseURLEnvPath;
}

/** Returns headers that replace those of the SDK and of its environment variables. If a header is `null`, it is not sent. */
function defaultHeadersOf(
  key: string | undefined,
  header: string | undefined,
): Readonly<Record<string, string | null>> {
  const isBearer = key !== undefined && header === undefined;
  return {
    accept: 'application/json',
    // Do not set `content-type` for all requests. A JSON request sets it, and for a form the platform adds the boundary.
    'content-type': null,
    'x-stainless-timeout': null,
    authorization: isBearer ? `Bearer ${key}` : null,
    ...(key !== undefined && header !== undefined ? { [header.toLowerCase()]: key } : undefined),
  };
}
