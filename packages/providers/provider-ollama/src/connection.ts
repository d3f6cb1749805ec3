import { LlmError, type ModelContext } from '@majordomo/core';
import {
  checkClient,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  serverAddress,
  ServerSession,
  transportError,
  wellFormedJson,
  type Connect,
  type ErrorContext,
  type ServerAddress,
} from '@majordomo/wire-kit';
import { captureResponse } from '@majordomo/wire-kit/internal';
import type { Ollama } from 'ollama/browser';
import { httpError } from './errors.ts';
import { sendWith, type Send } from './custom-client.ts';
import { baseURLFromHost } from './host.ts';
import type { OllamaOptions } from './options.ts';
import type { Profile } from './profiles.ts';
import type { WireParams } from './request.ts';

export type CallContext = Omit<ModelContext, 'delivery' | 'target'>;

/** Parameters of the SDK's `embed`. */
export interface EmbedParams {
  readonly model: string;
  readonly input: string[];
  readonly [name: string]: unknown;
}

/** Connection of one provider to its server. */
export interface Connection {
  /** Opens a session, which sends the requests of one attempt and converts their errors. */
  readonly open: (about: Pick<ErrorContext, 'target' | 'request'>) => OllamaSession;
}

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: OllamaOptions, profile: Profile): Connection {
  const connect = createConnect(options, profile);
  return { open: (about) => new OllamaSession(connect, about) };
}

type SessionContext = Omit<ModelContext, 'delivery'>;

/** Requests of one attempt, and their errors. The functions return the raw response, and throw an error for an error response. */
export class OllamaSession extends ServerSession<Send, SessionContext> {
  chat(params: WireParams, context: CallContext): Promise<Response> {
    // The cast is needed because the SDK has separate types for streams and bodies. The SDK's result is not used.
    return this.send(context, (client) => client.chat(params as WireParams & { stream: true }));
  }

  embed(params: EmbedParams, context: CallContext): Promise<Response> {
    return this.send(context, (client) => client.embed(params));
  }

  list(context: CallContext): Promise<Response> {
    return this.send(context, (client) => client.list());
  }

  /** Sends a request to download a model to the server. */
  pull(model: string, context: CallContext): Promise<Response> {
    return this.send(context, (client) => client.pull({ model, stream: true }));
  }

  /** Converts any failure of the attempt to an `LlmError` without secrets. */
  toLlmError(error: unknown): LlmError {
    return transportError(error, this.target, this.secrets, this.server);
  }

  private async send(context: CallContext, method: (client: Ollama) => Promise<unknown>): Promise<Response> {
    const send = await this.client({ ...context, target: this.target });
    return send(method, this);
  }
}

/** Returns a function that determines the base URL and the key of a call. */
function createConnect(options: OllamaOptions, profile: Profile): Connect<Send, SessionContext> {
  const credentials = credentialSource(options.apiKey, profile.keyEnv);
  const sendsKey = options.apiKey !== undefined || profile.needsKey;
  return async (context) => {
    const { target, signal, env } = context;
    signal.throwIfAborted();
    const headerSecrets = secretsIn(context.headers, options.headers);
    const { client } = options;
    if (client !== undefined)
      return { secrets: headerSecrets, client: () => sendWith(clientOf(client), signal) };
    const host = baseURLFromHost(hostOf(options, profile, env, target));
    const [providerId = ''] = target.split('/', 1);
    const key = sendsKey ? await credentials.resolve(context, headerSecrets) : undefined;
    return {
      secrets: key === undefined ? headerSecrets : [key, ...headerSecrets],
      server: (): ServerAddress => serverAddress(providerId, host, profile.hostEnv, env),
      renew: () => (key === undefined ? undefined : credentials.renewal(key)),
      client: async () => {
        const { newClient } = await import('./sdk.ts');
        // Capture the raw response, because the SDK's reader drops invalid lines and ignores the signal.
        return (method, errors) =>
          captureResponse(transportOf(options, context, errors, key), (fetch) =>
            method(newClient(host, fetch)),
          );
      },
    };
  };
}

const clientOf = (client: object): Ollama =>
  checkClient<Ollama>(client, ['chat', 'list'], { factory: 'createOllama', client: 'client of ollama' });

/**
 * Returns a `fetch` that adds the headers of the application and the provider. The `fetch` throws for error responses, because
 * the SDK drops their headers.
 */
function transportOf(
  options: OllamaOptions,
  { signal, fetch: transport, headers: contextHeaders }: CallContext,
  errors: ErrorContext,
  key: string | undefined,
): typeof fetch {
  const fetch = directFetch(options.fetch ?? transport ?? patientFetch, errors.target);
  const extraHeaders = {
    ...lowerCaseNames(contextHeaders),
    ...lowerCaseNames(options.headers),
    ...bearer(key),
  };
  return async (url, init) => {
    const headers = headersOf(init?.headers, extraHeaders);
    // Replace lone surrogates in the SDK's JSON, because strict parsers reject them.
    const body = typeof init?.body === 'string' ? { body: wellFormedJson(init.body) } : {};
    const response = await fetch(url, { ...init, ...body, headers, signal });
    if (!response.ok) throw httpError(await response.text(), response, errors);
    return response;
  };
}

const bearer = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** Merges headers. Removes the ollama.com key that the SDK reads from OLLAMA_API_KEY of the process. */
function headersOf(
  transport: RequestInit['headers'],
  extraHeaders: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(transport);
  headers.delete('authorization');
  for (const [name, value] of Object.entries(extraHeaders)) headers.set(name, value);
  return headers;
}

export function hostOf(
  { baseURL }: OllamaOptions,
  { id, hostEnv, baseURL: defaultURL }: Profile,
  env: CallContext['env'],
  target: string,
): string {
  const envHost = hostEnv === undefined ? undefined : env[hostEnv];
  const host = baseURL ?? (envHost === undefined || envHost.trim() === '' ? defaultURL : envHost);
  if (host !== undefined) return host;
  // The variable in the message has another name, because no variable can configure a provider that exists in code.
  const message = `${target}: no base URL is configured; pass baseURL, or set LLM_BOX=${id}://TOKEN@host and use box/…`;
  throw new LlmError('config', message, { target, code: 'missing-url' });
}
