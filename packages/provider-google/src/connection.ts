import type { GoogleGenAI, GoogleGenAIOptions } from '@google/genai';
import { LlmError, type ModelContext } from '@majordomo/core';
import {
  clientCache,
  credentialSource,
  lowerCased,
  patientFetch,
  secretsIn,
  secretsOfClient,
  type CredentialSource,
} from '@majordomo/core/provider';
import type { Failed } from './errors.ts';
import type { GoogleOptions } from './options.ts';
import { placeOf, type Place } from './place.ts';

type CallContext = Omit<ModelContext, 'delivery'>;
type Transport = typeof globalThis.fetch;

/** What one attempt sends with. */
export interface Connected {
  readonly client: GoogleGenAI;
  readonly fetch: Transport;
  readonly headers: Record<string, string>;
}

/** Finds the credential for an attempt, and the client that was made for it; tells `failed` what to hide. */
export type Connect = (context: CallContext, failed: Failed) => Promise<Connected>;

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function connection(options: GoogleOptions, keyEnv: readonly string[]): Connect {
  const clients = clientCache<GoogleGenAI>();
  const keys = credentialSource(options.apiKey, keyEnv);
  const tokens = credentialSource(options.token, []);
  const own = lowerCased(options.headers);
  return async (context, failed) => {
    const fetch = options.fetch ?? context.fetch ?? patientFetch;
    const headers = { ...lowerCased(context.headers), ...own };
    const secrets = secretsIn(headers);
    failed.secrets = [...secrets, ...secretsOfClient(options.client)];
    if (options.client !== undefined) return { client: checkedClient(options.client), fetch, headers };
    const place = placeOf(options, context.env);
    const source = place.vertexai ? vertexSource(options, keys, tokens) : keys;
    const secret = await source?.read(context);
    if (secret !== undefined) {
      failed.secrets = [secret, ...secrets];
      failed.credential = () => source?.recovery(secret);
    }
    const auth: Auth = source === tokens ? { token: secret } : { apiKey: secret };
    const client = await clients(JSON.stringify([place, auth]), () => newClient(place, auth, context));
    return { client, fetch, headers };
  };
}

/** On Vertex a token source wins over a key (express mode); without either the SDK's auth library looks for itself. */
function vertexSource(
  { token, apiKey }: GoogleOptions,
  keys: CredentialSource,
  tokens: CredentialSource,
): CredentialSource | undefined {
  if (token !== undefined) return tokens;
  return apiKey === undefined ? undefined : keys;
}

interface Auth {
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
}

async function newClient(place: Place, auth: Auth, { env, target }: CallContext): Promise<GoogleGenAI> {
  const { vertexai, project, location, apiVersion, baseURL } = place;
  const needsLogin = vertexai && auth.apiKey === undefined;
  if (needsLogin && project === undefined) {
    throw new LlmError('config', `no project for ${target}: pass project, or set GOOGLE_CLOUD_PROJECT`, {
      target,
    });
  }
  const { GoogleGenAI: Client } = await import('@google/genai');
  return new Client({
    vertexai,
    ...(auth.apiKey !== undefined && { apiKey: auth.apiKey }),
    ...(project !== undefined && { project }),
    ...(location !== undefined && { location }),
    apiVersion,
    // No retryOptions: the SDK sends once.
    httpOptions: baseURL === undefined ? {} : { baseUrl: baseURL },
    ...(needsLogin && { googleAuthOptions: authOptions(auth.token, env) }),
  });
}

type AuthOptions = NonNullable<GoogleGenAIOptions['googleAuthOptions']>;

/** A given token is all the login there is; else the auth library finds one, at the app's own path first. */
function authOptions(token: string | undefined, env: CallContext['env']): AuthOptions {
  if (token === undefined) {
    const keyFilename = env['GOOGLE_APPLICATION_CREDENTIALS'];
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the app's own file, from the app's own environment
    return keyFilename === undefined ? {} : { keyFilename };
  }
  const getRequestHeaders = (): Promise<Headers> =>
    Promise.resolve(new Headers({ authorization: `Bearer ${token}` }));
  return { authClient: { getRequestHeaders } } as unknown as AuthOptions;
}

function checkedClient(client: object): GoogleGenAI {
  if ('models' in client) return client as GoogleGenAI;
  throw new LlmError('config', 'the `client` given to createGoogle is no GoogleGenAI of @google/genai');
}
