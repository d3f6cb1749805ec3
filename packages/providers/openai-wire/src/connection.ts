import type { Capabilities, Env, ModelInfo } from '@majordomo/core';
import { lowerCaseNames, type ErrorContext } from '@majordomo/wire-kit';
import { withoutFinalSlashes } from '@majordomo/wire-kit/internal';
import { baseURLInEnv, createClients, type Server } from './clients.ts';
import type { SdkErrorRules } from './errors.ts';
import { listedModels } from './models.ts';
import type { CallContext, SdkOptions } from './options.ts';
import { reportRateLimits } from './rate-limits.ts';
import type { SeparateEndpoint } from './other-models/quirks.ts';
import type { Sdk } from './sdk.ts';
import { SdkSession } from './sdk-session.ts';

/** Sends requests to a provider's server through its SDK, with credentials, headers, rate limits and errors. */
export interface Connection {
  /** Returns the unchecked base URL, which identifies a reasoning family. Without a URL, returns the variable's name, or `''`. */
  readonly baseURL: (env: Env) => string;
  /** Returns the separate endpoint if requests go to the base URL that it belongs to, and otherwise the path. */
  readonly placeOf: (path: string, separate: SeparateEndpoint | undefined, env: Env) => string;
  /** Opens a session, which sends the requests of one attempt and converts their errors. */
  readonly open: (about: Pick<ErrorContext, 'target' | 'request'> & SdkErrorRules) => SdkSession;
  /** Returns the models that the server lists. */
  list(
    context: CallContext,
    capabilitiesOf: (modelId: string) => Capabilities,
  ): Promise<readonly ModelInfo[]>;
}

export function createConnection(sdk: Sdk, server: Server, options: SdkOptions): Connection {
  const { connect, errors } = createClients(sdk, server, options);
  const headers = lowerCaseNames({ ...server.headers, ...options.headers });
  const baseURL = (env: Env): string =>
    options.baseURL ?? baseURLInEnv(env, server) ?? server.baseURL ?? server.baseURLEnv ?? '';
  const setup = {
    sdk,
    connect,
    errors,
    headers,
    report: options.onRateLimits && reportRateLimits(options.onRateLimits),
    // A client of the application has its own base URL.
    baseURL: options.client === undefined ? baseURL : undefined,
  };
  const open: Connection['open'] = (about) => new SdkSession(setup, about);
  return {
    baseURL,
    placeOf(path, separate, env) {
      // Slashes at the end of a base URL have no meaning.
      const isVendor =
        options.client === undefined && withoutFinalSlashes(baseURL(env)) === separate?.baseURL;
      return isVendor ? separate.url : path;
    },
    open,
    async list(context, capabilitiesOf) {
      const session = open({ target: server.id });
      try {
        const response = await session.send('get', '/models', context);
        return listedModels(await response.json(), server.id, capabilitiesOf);
      } catch (error) {
        throw session.toLlmError(error);
      }
    },
  };
}
