import { LlmError } from '@majordomo/core';
import type { ModelContext } from '@majordomo/core';
import {
  capturedResponse,
  checkedClient,
  clientCache,
  credentialSource,
  directFetch,
  lowerCased,
  patientFetch,
  secretsIn,
  wellFormed,
  type CallFacts,
} from '@majordomo/core/provider';
import type { Ollama } from 'ollama/browser';
import { httpError } from './errors.ts';
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
  chat(params: WireParams, context: CallContext, facts: CallFacts): Promise<Response>;
  /** Vectors. */
  embed(params: EmbedParams, context: CallContext, facts: CallFacts): Promise<Response>;
  /** The models that it has. */
  list(context: CallContext, facts: CallFacts): Promise<Response>;
  /** Fetches a model from the library. */
  pull(model: string, context: CallContext, facts: CallFacts): Promise<Response>;
}

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function connectionOf(options: OllamaOptions, profile: Profile): Connection {
  const connect = connector(options, profile);
  return {
    // The SDK's types know a stream or a body, and not either; what it returns is not read.
    chat: async (params, context, facts) =>
      sent(await connect(context, facts), (client) => client.chat(params as WireParams & { stream: true })),
    embed: async (params, context, facts) =>
      sent(await connect(context, facts), (client) => client.embed(params)),
    list: async (context, facts) => sent(await connect(context, facts), (client) => client.list()),
    pull: async (model, context, facts) =>
      sent(await connect(context, facts), (client) => client.pull({ model, stream: true })),
  };
}

interface Connected {
  readonly client: Ollama;
  readonly transport: typeof fetch;
}

/**
 * The SDK addresses and serialises; the answer's body is taken from under it. Its own line reader drops broken lines,
 * knows no signal and keeps a list of streams that only a reader to the end takes off.
 */
const sent = (
  { client, transport }: Connected,
  send: (client: Ollama) => Promise<unknown>,
): Promise<Response> => capturedResponse(transport, (captured) => send(withFetch(client, captured)));

/** The same client for one call: its settings, this call's transport, and a list of streams that dies with it. */
const withFetch = (client: Ollama, fetch: typeof globalThis.fetch): Ollama =>
  Object.create(client, { fetch: { value: fetch }, ongoingStreamedRequests: { value: [] } }) as Ollama;

/** Finds address and credential for each call, and tells `facts` what to hide. */
function connector(
  options: OllamaOptions,
  profile: Profile,
): (context: CallContext, facts: CallFacts) => Promise<Connected> {
  const credentials = credentialSource(options.apiKey, profile.keyEnv);
  const clients = clientCache<Ollama>();
  const urlOf = baseURLs();
  const hasKey = options.apiKey !== undefined || profile.needsKey;
  return async (context, facts) => {
    context.signal.throwIfAborted();
    facts.secrets = secretsIn(context.headers, options.headers);
    if (options.client !== undefined) {
      const client = clientOf(options.client);
      return { client, transport: transportOf(options, context, facts, undefined) };
    }
    const host = urlOf(hostOf(options, profile, context.env, facts.target));
    const key = hasKey ? await credentials.read({ ...context, target: facts.target }) : undefined;
    if (key !== undefined) {
      facts.secrets = [key, ...facts.secrets];
      facts.credential = () => credentials.recovery(key);
    }
    const client = await clients(host, () => newClient(host));
    return { client, transport: transportOf(options, context, facts, key) };
  };
}

const clientOf = (client: object): Ollama =>
  checkedClient<Ollama>(client, ['chat', 'list'], { factory: 'createOllama', client: 'client of ollama' });

async function newClient(host: string): Promise<Ollama> {
  const sdk = await import('./sdk.ts');
  return sdk.newClient(host);
}

/** With the headers of the app and the provider; a refusal is thrown here, for the SDK keeps no headers of it. */
function transportOf(
  options: OllamaOptions,
  { signal, fetch: given, headers: asked }: CallContext,
  facts: CallFacts,
  key: string | undefined,
): typeof fetch {
  const fetch = directFetch(options.fetch ?? given ?? ownFetch(options.client) ?? patientFetch, facts.target);
  const more = { ...lowerCased(asked), ...lowerCased(options.headers), ...bearer(key) };
  return async (url, init) => {
    const headers = headersOf(init?.headers, options.client === undefined, more);
    // The SDK serialises; strict parsers refuse a body with half of a surrogate pair.
    const body = typeof init?.body === 'string' ? { body: wellFormed(init.body) } : {};
    const answer = await fetch(url, { ...init, ...body, headers, signal });
    if (!answer.ok) throw httpError(await answer.text(), answer, facts);
    return answer;
  };
}

/** A client of the app may bring a transport of its own. */
function ownFetch(client: object | undefined): typeof fetch | undefined {
  const own: unknown = client === undefined ? undefined : Reflect.get(client, 'fetch');
  return typeof own === 'function' ? (own as typeof fetch) : undefined;
}

const bearer = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** What the SDK says, without a key that nobody handed to us: for ollama.com it adds the process's own OLLAMA_API_KEY. */
function headersOf(
  given: RequestInit['headers'],
  isOurClient: boolean,
  more: Readonly<Record<string, string>>,
): Headers {
  const headers = new Headers(given);
  if (isOurClient) headers.delete('authorization');
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
