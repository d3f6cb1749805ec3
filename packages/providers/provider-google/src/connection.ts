import type { GoogleGenAI } from '@google/genai';
import {
  checkClient,
  clientCache,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  serverAddress,
  type Connect,
  type CredentialSource,
  type ErrorContext,
  type ServerAddress,
} from '@majordomo/wire-kit';
import { secretsOfClient } from '@majordomo/wire-kit/internal';
import type { GoogleOptions } from './options.ts';
import { baseURLVariable, type Platform, platformOf } from './platform.ts';
import type { Auth } from './sdk.ts';
import { GeminiSession, type GeminiClient } from './session.ts';

/** Connection of one provider to the Gemini API or Vertex AI. */
export interface Connection {
  /** Opens a session, which sends the requests of one attempt and converts their errors. */
  readonly open: (about: Pick<ErrorContext, 'target' | 'request'>) => GeminiSession;
}

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: GoogleOptions, keyEnv: readonly string[]): Connection {
  const connect = createConnect(options, keyEnv);
  return { open: (about) => new GeminiSession(connect, about) };
}

/** Platform of a request that `ModelContext.exchange` handles. Such a request reaches no server. */
const NO_SERVER: Platform = {
  vertexai: false,
  project: undefined,
  location: undefined,
  apiVersion: 'v1',
  baseURL: 'http://exchange.invalid',
};

/** Returns a function that determines the credential of an attempt. */
function createConnect(options: GoogleOptions, keyEnv: readonly string[]): Connect<GeminiClient> {
  const clients = clientCache<GoogleGenAI>();
  const keys = credentialSource(options.apiKey, keyEnv);
  const tokens = credentialSource(options.token, []);
  const optionHeaders = lowerCaseNames(options.headers);
  const id = options.id ?? 'google';
  return async (context) => {
    const { exchange, target } = context;
    const fetch = directFetch(exchange ?? options.fetch ?? context.fetch ?? patientFetch, target);
    const headers = { ...lowerCaseNames(context.headers), ...optionHeaders };
    // Errors of the attempt, also those of a key function, must not contain these values.
    const headerSecrets = secretsIn(headers);
    const clientFor = (platform: Platform, auth: Auth): Promise<GoogleGenAI> =>
      // Without a token, the client of Vertex AI reads its credentials from the file in this variable.
      clients(JSON.stringify([platform, auth, context.env['GOOGLE_APPLICATION_CREDENTIALS']]), async () => {
        const { newClient } = await import('./sdk.ts');
        return newClient(platform, auth, context);
      });
    const { client } = options;
    // Neither an exchange nor the application's client needs a credential. An exchange takes precedence.
    if (exchange !== undefined)
      return {
        secrets: [...headerSecrets, ...secretsOfClient(client)],
        client: async () => ({ client: await clientFor(NO_SERVER, { apiKey: 'none' }), fetch, headers }),
      };
    if (client !== undefined)
      return {
        secrets: [...headerSecrets, ...secretsOfClient(client)],
        client: () => ({ client: clientOf(client), fetch, headers }),
      };
    const platform = platformOf(options, context.env);
    const source = platform.vertexai ? vertexSource(options, keys, tokens) : keys;
    const secret = await source?.resolve(context, headerSecrets);
    const auth: Auth = source === tokens ? { token: secret } : { apiKey: secret };
    return {
      secrets: secret === undefined ? headerSecrets : [secret, ...headerSecrets],
      server: (): ServerAddress =>
        serverAddress(id, platform.baseURL, baseURLVariable(platform), context.env),
      renew: () => (secret === undefined ? undefined : source?.renewal(secret)),
      client: async () => ({
        client: await clientFor(platform, auth),
        fetch,
        headers,
        // For some requests, the session creates another client with these settings.
        settings: [platform, auth, context],
      }),
    };
  };
}

const clientOf = (client: object): GoogleGenAI =>
  checkClient<GoogleGenAI>(client, ['models'], {
    factory: 'createGoogle',
    client: 'GoogleGenAI of @google/genai',
  });

/**
 * Returns the credential source for Vertex. The option `token` takes precedence over `apiKey`, which selects express mode.
 * Returns `undefined` if neither is set. The SDK's auth library then finds the credentials.
 */
function vertexSource(
  { token, apiKey }: GoogleOptions,
  keys: CredentialSource,
  tokens: CredentialSource,
): CredentialSource | undefined {
  if (token !== undefined) return tokens;
  return apiKey === undefined ? undefined : keys;
}
