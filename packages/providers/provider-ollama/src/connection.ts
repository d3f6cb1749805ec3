import { LlmError } from '@majordomo/core';
import type { ModelContext } from '@majordomo/core';
import {
  captureResponse,
  checkClient,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  serverAddress,
  wellFormedJson,
  type ErrorContext,
} from '@majordomo/wire-kit';
import type { Ollama } from 'ollama/browser';
import { httpError } from './errors.ts';
import { sendWith } from './custom-client.ts';
import { baseURLs } from './host.ts';
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

/** Connection of one provider to its server. The functions return the raw response, and throw an error for an error response. */
export interface Connection {
  chat(params: WireParams, context: CallContext, facts: ErrorContext): Promise<Response>;
  embed(params: EmbedParams, context: CallContext, facts: ErrorContext): Promise<Response>;
  list(context: CallContext, facts: ErrorContext): Promise<Response>;
  /** Sends a request to download a model to the server. */
  pull(model: string, context: CallContext, facts: ErrorContext): Promise<Response>;
}

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: OllamaOptions, profile: Profile): Connection {
  const connect = createSend(options, profile);
  return {
    // The cast is needed because the SDK has separate types for streams and bodies. The SDK's result is not used.
    chat: async (params, context, facts) =>
      (await connect(context, facts))((client) => client.chat(params as WireParams & { stream: true })),
    embed: async (params, context, facts) =>
      (await connect(context, facts))((client) => client.embed(params)),
    list: async (context, facts) => (await connect(context, facts))((client) => client.list()),
    pull: async (model, context, facts) =>
      (await connect(context, facts))((client) => client.pull({ model, stream: true })),
  };
}

/** Function that sends one request with a method of the SDK and returns the raw response. */
type Send = (method: (client: Ollama) => Promise<unknown>) => Promise<Response>;

/** Returns a function that determines the base URL and the key of a call, and stores the secrets to redact in `facts`. */
function createSend(
  options: OllamaOptions,
  profile: Profile,
): (context: CallContext, facts: ErrorContext) => Promise<Send> {
  const credentials = credentialSource(options.apiKey, profile.keyEnv);
  const urlOf = baseURLs();
  const hasKey = options.apiKey !== undefined || profile.needsKey;
  return async (context, facts) => {
    context.signal.throwIfAborted();
    facts.secrets = secretsIn(context.headers, options.headers);
    if (options.client !== undefined) return sendWith(clientOf(options.client), context.signal, facts);
    const host = urlOf(hostOf(options, profile, context.env, facts.target));
    const [id = ''] = facts.target.split('/', 1);
    facts.server = () => serverAddress(id, host, profile.hostEnv, context.env);
    const key = hasKey ? await credentials.resolve({ ...context, target: facts.target }) : undefined;
    if (key !== undefined) {
      facts.secrets = [key, ...facts.secrets];
      facts.credential = () => credentials.renewal(key);
    }
    const { newClient } = await import('./sdk.ts');
    // Capture the raw response, because the SDK's reader drops invalid lines and ignores the signal.
    return (method) =>
      captureResponse(transportOf(options, context, facts, key), (fetch) => method(newClient(host, fetch)));
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
  facts: ErrorContext,
  key: string | undefined,
): typeof fetch {
  const fetch = directFetch(options.fetch ?? transport ?? patientFetch, facts.target);
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
    if (!response.ok) throw httpError(await response.text(), response, facts);
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
