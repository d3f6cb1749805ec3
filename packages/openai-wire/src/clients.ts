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
} from '@majordomo/wire-kit';
import type { Profile } from './chat/profile.ts';
import type { SdkErrorContext } from './errors.ts';
import type { CallContext, SdkOptions } from './options.ts';
import { sdkErrors, type SdkErrors } from './sdk-errors.ts';
import type { Sdk, SdkClient } from './sdk.ts';

/** The longest that a timer can be told. */
export const NEVER_MS: number = 2 ** 31 - 1;

/** The server that a provider's calls go to: what profiles of both wires have in common. */
export type Server = Pick<Profile, 'id' | 'baseURL' | 'keyEnv' | 'keyHeader' | 'headers' | 'query'>;

/** The clients of one provider: one per credential and transport, made at the first call that needs it. */
export interface Clients {
  /** The client for a call; `facts` learns what must not be shown, and how to ask for another credential. */
  readonly connect: (context: CallContext, facts: SdkErrorContext) => Promise<SdkClient>;
  /** How errors of these clients are told apart; all that is known before the SDK is there is that none are its own. */
  readonly errors: () => SdkErrors;
}

export function clientsOf(sdk: Sdk, server: Server, options: SdkOptions): Clients {
  const clients = clientCache<SdkClient>();
  const isKeyless = options.apiKey === undefined && server.keyEnv === undefined;
  const credentials = credentialSource(options.apiKey, server.keyEnv === undefined ? [] : [server.keyEnv]);
  const baseURL = options.baseURL ?? server.baseURL;
  let errors = sdkErrors(options.client?.constructor, sdk.errorClass);
  const own = lowerCaseNames({ ...server.headers, ...options.headers });
  const make = async (
    key: string | undefined,
    names: readonly string[],
    given: Fetch = patientFetch,
  ): Promise<SdkClient> => {
    const { Client, newClient } = await sdk.load();
    errors = sdkErrors(Client, sdk.errorClass);
    const defaultHeaders = defaultHeadersOf(key, server.keyHeader);
    const known = [...names, ...Object.keys(defaultHeaders)];
    return newClient({
      key,
      baseURL,
      // A client serves many models: `toLlmError` names the one of a call.
      fetch: withKnownHeaders(directFetch(given, server.id), known),
      defaultHeaders,
      defaultQuery: server.query,
      timeout: NEVER_MS,
    });
  };
  const connect: Clients['connect'] = async (context, facts) => {
    const { client: given, headers, fetch = context.fetch } = options;
    facts.secrets = [
      ...secretsOfClient(given),
      ...secretsIn(context.headers, { ...server.headers, ...headers }, server.query),
    ];
    if (given !== undefined) return checkClient<SdkClient>(given, ['post', 'get'], namesOf(sdk));
    const names = Object.keys({ ...lowerCaseNames(context.headers), ...own });
    const client = (key: string | undefined): Promise<SdkClient> =>
      clients(JSON.stringify([key, names]), () => make(key, names, fetch), fetch);
    if (isKeyless) return client(undefined);
    const key = await credentials.resolve(context);
    facts.secrets = [key, ...facts.secrets];
    facts.credential = () => credentials.renewal(key);
    return client(key);
  };
  return { connect, errors: () => errors };
}

type Fetch = typeof globalThis.fetch;

/**
 * Headers of a client. They win over those that the SDK takes from variables of the process. `null` is not sent: the timeout
 * that is switched off, and a key that the SDK requires or that has another header.
 */
function defaultHeadersOf(
  key: string | undefined,
  header: string | undefined,
): Readonly<Record<string, string | null>> {
  const isBearer = key !== undefined && header === undefined;
  return {
    accept: 'application/json',
    // A request with text sets its own, and that of a form has a boundary.
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
