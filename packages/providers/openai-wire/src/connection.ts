import type { Capabilities, Env, LlmError, ModelInfo } from '@majordomo/core';
import { accountName, lowerCaseNames } from '@majordomo/wire-kit';
import { baseURLInEnv, createClients, MAX_TIMEOUT_MS, type Server } from './clients.ts';
import { toLlmError, type SdkErrorContext } from './errors.ts';
import { listedModels } from './models.ts';
import type { CallContext, SdkOptions } from './options.ts';
import { reportRateLimits } from './rate-limits.ts';
import type { SeparateEndpoint } from './other-models/quirks.ts';
import type { Sdk } from './sdk.ts';

/** Sends requests to a provider's server through its SDK, with credentials, headers, rate limits and errors. */
export interface Connection {
  /** Returns the unchecked base URL, which identifies a reasoning family. Without a URL, returns the variable's name, or `''`. */
  readonly baseURL: (env: Env) => string;
  /** Returns the separate endpoint if requests go to the base URL that it belongs to, and otherwise the path. */
  readonly placeOf: (path: string, separate: SeparateEndpoint | undefined, env: Env) => string;
  /** Sends JSON text or a form. Stores two values in `facts`: the secrets, and the recovery that renews the credential. */
  post(
    path: string,
    body: string | FormData,
    context: CallContext,
    facts: SdkErrorContext,
  ): Promise<Response>;
  /** Sends a request that is not a model operation, such as to `/files`. Does not report rate limits. */
  readonly send: (
    method: 'get' | 'post' | 'delete',
    path: string,
    context: CallContext,
    facts: SdkErrorContext,
    body?: string | FormData | Blob,
  ) => Promise<Response>;
  /** Returns a stable name of the account, which does not contain the credential. */
  readonly accountOf: (context: CallContext, facts: SdkErrorContext) => Promise<string>;
  /** Returns the models that the server lists. */
  list(
    context: CallContext,
    capabilitiesOf: (modelId: string) => Capabilities,
  ): Promise<readonly ModelInfo[]>;
  /** Converts any failure of a call to an `LlmError` without secrets. */
  readonly toLlmError: (error: unknown, facts: SdkErrorContext) => LlmError;
}

export function createConnection(sdk: Sdk, server: Server, options: SdkOptions): Connection {
  const { connect, errors } = createClients(sdk, server, options);
  const constantHeaders = lowerCaseNames({ ...server.headers, ...options.headers });
  const settingsOf = ({ headers, signal }: CallContext, isForm = false): object => ({
    // For a form, the platform sets the content type with a boundary.
    headers: { ...(!isForm && JSON_BODY), ...lowerCaseNames(headers), ...constantHeaders },
    signal,
    maxRetries: 0,
    timeout: MAX_TIMEOUT_MS,
  });
  const report = options.onRateLimits && reportRateLimits(options.onRateLimits);
  const convert = (error: unknown, facts: SdkErrorContext): LlmError => toLlmError(error, facts, errors());
  const send: Connection['send'] = async (method, path, context, facts, body) => {
    const client = await connect(context, facts);
    const settings = settingsOf(context, body !== undefined && typeof body !== 'string');
    const sent = sdk.requiresBytes === true && typeof body === 'string' ? UTF8.encode(body) : body;
    return client[method](sdk.prefix + path, { ...settings, body: sent }).asResponse();
  };
  const baseURL = (env: Env): string =>
    options.baseURL ?? baseURLInEnv(env, server) ?? server.baseURL ?? server.baseURLEnv ?? '';
  return {
    baseURL,
    placeOf(path, separate, env) {
      // A client of the application has its own base URL.
      const isVendor =
        options.client === undefined && baseURL(env).replace(/(?<!\/)\/+$/, '') === separate?.baseURL;
      return isVendor ? separate.url : path;
    },
    async post(path, body, context, facts) {
      const sending = send('post', path, context, facts, body);
      return report === undefined ? sending : report(facts.target, sending);
    },
    send,
    async accountOf(context, facts) {
      const client = await connect(context, facts);
      const headers = { ...lowerCaseNames(context.headers), ...constantHeaders };
      const owner = [headers['openai-organization'], headers['openai-project']];
      const url: unknown =
        options.client === undefined ? baseURL(context.env) : Reflect.get(client, 'baseURL');
      return accountName([url, facts.secrets, owner]);
    },
    async list(context, capabilitiesOf) {
      const facts: SdkErrorContext = { target: server.id, secrets: [] };
      try {
        const client = await connect(context, facts);
        const response = await client.get(`${sdk.prefix}/models`, settingsOf(context)).asResponse();
        return listedModels(await response.json(), server.id, capabilitiesOf);
      } catch (error) {
        throw convert(error, facts);
      }
    },
    toLlmError: convert,
  };
}

const UTF8 = new TextEncoder();

/** Content type of JSON text. Without this header, SDKs would serialize the string as JSON again. */
const JSON_BODY = { 'content-type': 'application/json' };
