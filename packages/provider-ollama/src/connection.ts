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

/** What `embed` of the SDK takes. */
export interface EmbedParams {
  readonly model: string;
  readonly input: string[];
  readonly [name: string]: unknown;
}

/** A server as one provider reaches it. Gives raw answers, whose bodies are read elsewhere; throws what it refused. */
export interface Connection {
  chat(params: WireParams, context: CallContext, facts: ErrorContext): Promise<Response>;
  /** Vectors. */
  embed(params: EmbedParams, context: CallContext, facts: ErrorContext): Promise<Response>;
  /** The models that it has. */
  list(context: CallContext, facts: ErrorContext): Promise<Response>;
  /** Fetches a model from the library. */
  pull(model: string, context: CallContext, facts: ErrorContext): Promise<Response>;
}

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function createConnection(options: OllamaOptions, profile: Profile): Connection {
  const connect = connector(options, profile);
  return {
    // The SDK's types know a stream or a body, and not either; what it returns is not read.
    chat: async (params, context, facts) =>
      (await connect(context, facts))((client) => client.chat(params as WireParams & { stream: true })),
    embed: async (params, context, facts) =>
      (await connect(context, facts))((client) => client.embed(params)),
    list: async (context, facts) => (await connect(context, facts))((client) => client.list()),
    pull: async (model, context, facts) =>
      (await connect(context, facts))((client) => client.pull({ model, stream: true })),
  };
}

/** Sends one request with a method of the SDK, and returns the raw response. */
type Send = (method: (client: Ollama) => Promise<unknown>) => Promise<Response>;

/** Finds address and credential for each call, and tells `facts` what to hide. */
function connector(
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
    const key = hasKey ? await credentials.resolve({ ...context, target: facts.target }) : undefined;
    if (key !== undefined) {
      facts.secrets = [key, ...facts.secrets];
      facts.credential = () => credentials.renewal(key);
    }
    const { newClient } = await import('./sdk.ts');
    // The SDK's own reader drops broken lines, and knows no signal.
    return (method) =>
      captureResponse(transportOf(options, context, facts, key), (fetch) => method(newClient(host, fetch)));
  };
}

const clientOf = (client: object): Ollama =>
  checkClient<Ollama>(client, ['chat', 'list'], { factory: 'createOllama', client: 'client of ollama' });

/** With the headers of the app and the provider; a refusal is thrown here, for the SDK keeps no headers of it. */
function transportOf(
  options: OllamaOptions,
  { signal, fetch: given, headers: asked }: CallContext,
  facts: ErrorContext,
  key: string | undefined,
): typeof fetch {
  const fetch = directFetch(options.fetch ?? given ?? patientFetch, facts.target);
  const more = { ...lowerCaseNames(asked), ...lowerCaseNames(options.headers), ...bearer(key) };
  return async (url, init) => {
    const headers = headersOf(init?.headers, more);
    // The SDK serialises; strict parsers refuse a body with half of a surrogate pair.
    const body = typeof init?.body === 'string' ? { body: wellFormedJson(init.body) } : {};
    const answer = await fetch(url, { ...init, ...body, headers, signal });
    if (!answer.ok) throw httpError(await answer.text(), answer, facts);
    return answer;
  };
}

const bearer = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** Headers of the SDK and the provider. For ollama.com the SDK adds OLLAMA_API_KEY of the process, which is removed. */
function headersOf(given: RequestInit['headers'], more: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(given);
  headers.delete('authorization');
  for (const [name, value] of Object.entries(more)) headers.set(name, value);
  return headers;
}

function hostOf(
  { baseURL }: OllamaOptions,
  { id, hostEnv, baseURL: usual }: Profile,
  env: CallContext['env'],
  target: string,
): string {
  const named = hostEnv === undefined ? undefined : env[hostEnv];
  const host = baseURL ?? (named === undefined || named.trim() === '' ? usual : named);
  if (host !== undefined) return host;
  // The name of a registered provider cannot be its variable's too: another one is told.
  const message = `no URL for ${target}: pass baseURL, or set LLM_BOX=${id}://TOKEN@host and ask for box/…`;
  throw new LlmError('config', message, { target, code: 'missing-url' });
}
