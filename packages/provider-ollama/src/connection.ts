import { LlmError } from '@majordomo/core';
import type { ModelContext, ProviderOptions } from '@majordomo/core';
import { clientCache, credentialSource, lowerCased, patientFetch, secretsIn } from '@majordomo/core/provider';
import type { Ollama } from 'ollama/browser';
import { httpError, type Failed } from './errors.ts';
import { baseURLFromHost } from './host.ts';
import type { Profile } from './profiles.ts';

export type CallContext = Omit<ModelContext, 'delivery' | 'target'>;

export interface ConnectionOptions extends ProviderOptions {
  readonly client?: object | undefined;
}

/** What one request through the SDK needs. */
export interface Request {
  readonly context: CallContext;
  readonly failed: Failed;
  /** Calls the SDK's method. */
  readonly send: (client: Ollama) => Promise<unknown>;
}

/** A server as one provider reaches it. */
export interface Connection {
  /** The raw answer; its body is read elsewhere. Throws what the server refused. */
  open(request: Request): Promise<Response>;
}

/**
 * The SDK addresses and serialises; the answer's body is taken from under it. Its own line reader drops broken lines,
 * knows no signal and keeps a list of streams that only a reader to the end takes off.
 */
export function connection(options: ConnectionOptions, profile: Profile): Connection {
  const connect = connector(options, profile);
  return {
    async open({ context, failed, send }) {
      const { signal } = context;
      signal.throwIfAborted();
      const { client, key } = await connect(context, failed);
      const transport = options.fetch ?? context.fetch ?? ownFetch(options.client) ?? patientFetch;
      const headers = { ...lowerCased(context.headers), ...lowerCased(options.headers), ...bearer(key) };
      let answer: Response | undefined;
      const hook: typeof fetch = async (url, init) => {
        const sent = { ...withoutKey(init?.headers, options.client === undefined), ...headers };
        answer = await transport(url, { ...init, headers: sent, signal });
        if (!answer.ok) throw httpError(await answer.text(), answer, failed);
        return new Response('{}', { headers: { 'content-type': 'application/json' } });
      };
      await send(hooked(client, hook));
      if (answer === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
      return answer;
    },
  };
}

/** A client of the app may bring a transport of its own. */
function ownFetch(client: object | undefined): typeof fetch | undefined {
  const own: unknown = client === undefined ? undefined : Reflect.get(client, 'fetch');
  return typeof own === 'function' ? (own as typeof fetch) : undefined;
}

/** The same client for one call: its settings, this call's transport, and a list of streams that dies with it. */
const hooked = (client: Ollama, hook: typeof fetch): Ollama =>
  Object.create(client, { fetch: { value: hook }, ongoingStreamedRequests: { value: [] } }) as Ollama;

const bearer = (key: string | undefined): Readonly<Record<string, string>> =>
  key === undefined ? {} : { authorization: `Bearer ${key}` };

/** For ollama.com the SDK adds the process's own OLLAMA_API_KEY, which nobody handed to us. */
function withoutKey(given: RequestInit['headers'], strip: boolean): Record<string, string> {
  const headers = new Headers(given);
  if (strip) headers.delete('authorization');
  const sent: Record<string, string> = {};
  headers.forEach((value, name) => {
    sent[name] = value;
  });
  return sent;
}

interface Connected {
  readonly client: Ollama;
  readonly key: string | undefined;
}

/** Finds address and credential for each call; the SDK is loaded at the first one. */
function connector(
  options: ConnectionOptions,
  profile: Profile,
): (context: CallContext, failed: Failed) => Promise<Connected> {
  const credentials = credentialSource(options.apiKey, profile.keyEnv);
  const clients = clientCache<Ollama>();
  const hasKey = options.apiKey !== undefined || profile.needsKey;
  return async (context, failed) => {
    failed.secrets = secretsIn(context.headers, options.headers);
    if (options.client !== undefined) return { client: checkedClient(options.client), key: undefined };
    const host = baseURLOf(options, profile, context.env, failed.target);
    const key = hasKey ? await credentials.read({ ...context, target: failed.target }) : undefined;
    if (key !== undefined) {
      failed.secrets = [key, ...failed.secrets];
      failed.credential = () => credentials.recovery(key);
    }
    return { client: await clients(host, () => newClient(host)), key };
  };
}

function baseURLOf(
  { baseURL }: ConnectionOptions,
  { id, hostEnv, baseURL: usual }: Profile,
  env: CallContext['env'],
  target: string,
): string {
  const named = hostEnv === undefined ? undefined : env[hostEnv];
  const host = baseURL ?? (named === undefined || named.trim() === '' ? usual : named);
  if (host !== undefined) return baseURLFromHost(host);
  // The name of a registered provider cannot be its variable's too: another one is told.
  const message = `no URL for ${target}: pass baseURL, or set LLM_BOX=${id}://TOKEN@host and ask for box/…`;
  throw new LlmError('config', message, { target, code: 'missing-url' });
}

async function newClient(host: string): Promise<Ollama> {
  // The entry without node:fs: the same client for every runtime.
  const { Ollama: Client } = await import('ollama/browser');
  return new Client({ host });
}

function checkedClient(client: object): Ollama {
  if ('chat' in client && 'list' in client) return client as Ollama;
  throw new LlmError('config', 'the `client` given to createOllama is no client of ollama');
}
