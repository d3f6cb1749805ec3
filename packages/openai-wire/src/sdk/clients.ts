import {
  checkedClient,
  clientCache,
  credentialSource,
  directFetch,
  patientFetch,
  sameHeaders,
  secretsIn,
  secretsOfClient,
} from '@majordomo/core/provider';
import type { Profile } from '../chat/profile.ts';
import type { SdkCallFacts } from './errors.ts';
import type { CallContext, SdkOptions } from './options.ts';
import { sdkErrors, type SdkErrors } from './sdk-errors.ts';
import type { Sdk, SdkClient } from './sdk.ts';

/** The longest that a timer can be told. */
export const NEVER_MS: number = 2 ** 31 - 1;

/** Carries a call's signal through the SDK to the transport. */
export const SIGNAL: unique symbol = Symbol('signal');

/** What the transport finds beside the SDK's own options. */
export interface Carrier {
  readonly [SIGNAL]?: AbortSignal;
}

/** The server that a provider's calls go to: what profiles of both wires have in common. */
export type Server = Pick<Profile, 'id' | 'baseURL' | 'keyEnv' | 'keyHeader' | 'headers' | 'query'>;

/** The clients of one provider: one per credential and transport, made at the first call that needs it. */
export interface Clients {
  /** The client for a call; `facts` learns what must not be shown, and how to ask for another credential. */
  readonly connect: (context: CallContext, facts: SdkCallFacts) => Promise<SdkClient>;
  /** How errors of these clients are told apart; all that is known before the SDK is there is that none are its own. */
  readonly errors: () => SdkErrors;
}

export function clientsOf(sdk: Sdk, server: Server, options: SdkOptions): Clients {
  const clients = clientCache<SdkClient>();
  const isKeyless = options.apiKey === undefined && server.keyEnv === undefined;
  const credentials = credentialSource(options.apiKey, server.keyEnv === undefined ? [] : [server.keyEnv]);
  const baseURL = options.baseURL ?? server.baseURL;
  let errors = sdkErrors(options.client?.constructor, sdk.refusal);
  const make = async (key: string | undefined, given: Fetch = patientFetch): Promise<SdkClient> => {
    const { Client, newClient } = await sdk.load();
    errors = sdkErrors(Client, sdk.refusal);
    // A client serves many models: `toLlmError` tells which of them.
    const fetch = directFetch(given, server.id);
    return sameHeaders(
      newClient({
        key,
        baseURL,
        fetch: (url, init) => fetch(url, signalled(init)),
        defaultHeaders: defaultHeaders(key, server.keyHeader),
        defaultQuery: server.query,
        timeout: NEVER_MS,
      }),
    );
  };
  const connect: Clients['connect'] = async (context, facts) => {
    const { client, headers, fetch = context.fetch } = options;
    facts.secrets = [
      ...secretsOfClient(client),
      ...secretsIn(context.headers, { ...server.headers, ...headers }, server.query),
    ];
    if (client !== undefined) return checkedClient<SdkClient>(client, ['post', 'get'], namesOf(sdk));
    if (isKeyless) return clients('', () => make(undefined, fetch), fetch);
    const key = await credentials.read(context);
    facts.secrets = [key, ...facts.secrets];
    facts.credential = () => credentials.recovery(key);
    return clients(key, () => make(key, fetch), fetch);
  };
  return { connect, errors: () => errors };
}

type Fetch = typeof globalThis.fetch;

/** Not sent: the wait that is switched off, and a key that the SDK insists on or that goes into another header. */
function defaultHeaders(
  key: string | undefined,
  header: string | undefined,
): Readonly<Record<string, string | null>> {
  return {
    'x-stainless-timeout': null,
    ...(key === undefined || header !== undefined ? { authorization: null } : undefined),
    ...(key !== undefined && header !== undefined ? { [header]: key } : undefined),
  };
}

function signalled(init: (RequestInit & Carrier) | undefined): RequestInit | undefined {
  const signal = init?.[SIGNAL];
  return signal === undefined ? init : { ...init, signal };
}

const namesOf = ({ factory, name }: Sdk): { factory: string; client: string } => ({
  factory,
  client: `client of the ${name} package`,
});
