import {
  GenerateVideosOperation,
  GoogleGenAI,
  type GoogleGenAIOptions,
  type HttpOptions,
} from '@google/genai';
import { LlmError, type ModelContext } from '@majordomo/core';
import type { Platform } from './platform.ts';

/** Credentials of a client. On Vertex, both credentials may be absent. */
export interface Auth {
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
}

/**
 * Creates a client without retries. `httpOptions` apply to every request, because the SDK ignores a call's own `httpOptions` when
 * it uploads the parts of a file.
 */
export function newClient(
  platform: Platform,
  auth: Auth,
  { env, target }: Pick<ModelContext, 'env' | 'target'>,
  httpOptions?: HttpOptions,
): GoogleGenAI {
  const { vertexai, project, location, apiVersion, baseURL } = platform;
  const needsLogin = vertexai && auth.apiKey === undefined;
  if (needsLogin && project === undefined) {
    throw new LlmError(
      'config',
      `${target}: no Google Cloud project is configured; pass project, or set GOOGLE_CLOUD_PROJECT`,
      {
        target,
      },
    );
  }
  return new GoogleGenAI({
    vertexai,
    ...(auth.apiKey !== undefined && { apiKey: auth.apiKey }),
    ...(project !== undefined && { project }),
    ...(location !== undefined && { location }),
    apiVersion,
    // If `retryOptions` is not set, the SDK does not retry.
    httpOptions: { baseUrl: baseURL, ...httpOptions },
    ...(needsLogin && { googleAuthOptions: authOptions(auth.token, env) }),
  });
}

/** Returns an operation with this name, which the SDK looks up. */
export function videosOperation(name: string): GenerateVideosOperation {
  const operation = new GenerateVideosOperation();
  operation.name = name;
  return operation;
}

type AuthOptions = NonNullable<GoogleGenAIOptions['googleAuthOptions']>;

/** Returns options with the token. If no token is set, the auth library finds credentials, first in the file that `env` names. */
function authOptions(token: string | undefined, env: ModelContext['env']): AuthOptions {
  if (token === undefined) {
    const keyFilename = env['GOOGLE_APPLICATION_CREDENTIALS'];
    // oxlint-disable-next-line typescript/no-deprecated -- the file and the environment belong to the application
    return keyFilename === undefined ? {} : { keyFilename };
  }
  const getRequestHeaders = (): Promise<Headers> =>
    Promise.resolve(new Headers({ authorization: `Bearer ${token}` }));
  return { authClient: { getRequestHeaders } } as unknown as AuthOptions;
}
