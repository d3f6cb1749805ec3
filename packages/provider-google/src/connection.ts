import type { GenerateContentParameters, GoogleGenAI, HttpOptions } from '@google/genai';
import type { ModelContext, ModelRequest } from '@majordomo/core';
import {
  captureResponse,
  checkClient,
  checkModelId,
  clientCache,
  credentialSource,
  directFetch,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  secretsOfClient,
  wellFormedJson,
  type CredentialSource,
} from '@majordomo/wire-kit';
import type { GeminiFacts } from './errors.ts';
import type { ListedModel } from './models.ts';
import type { GoogleOptions } from './options.ts';
import { platformOf } from './platform.ts';
import type { Auth } from './sdk.ts';

type CallContext = Omit<ModelContext, 'delivery'>;
type Transport = typeof globalThis.fetch;

/** One generateContent, or one embedContent. */
export interface Sending {
  readonly modelId: string;
  /** `contents` and `config` of the SDK's method. */
  readonly params: { readonly contents: readonly object[]; readonly config: object };
  /** Merged into the body by the SDK. */
  readonly extra: ModelRequest['extra'];
  readonly context: ModelContext;
  readonly facts: GeminiFacts;
}

/** The platform as one provider reaches it. What is thrown is the SDK's own. */
export interface Connection {
  /** Sends one generateContent, streamed or whole, and gives its raw answer. */
  generate(sending: Sending): Promise<Response>;
  /** Sends one embedContent, and gives its raw answer. */
  embed(sending: Sending): Promise<Response>;
  /** All models of the list, page by page. */
  list(context: CallContext, facts: GeminiFacts): Promise<AsyncIterable<ListedModel>>;
}

/** One connection for all models of a provider. The SDK is loaded at the first call. */
export function createConnection(options: GoogleOptions, keyEnv: readonly string[]): Connection {
  const connect = connector(options, keyEnv);
  return {
    async generate(sending) {
      checkModelId(sending.modelId, sending.facts.target);
      return generate(await connect(sending.context, sending.facts), sending);
    },
    async embed(sending) {
      checkModelId(sending.modelId, sending.facts.target);
      return embed(await connect(sending.context, sending.facts), sending);
    },
    async list(context, facts) {
      const { client, fetch, headers } = await connect(context, facts);
      const transport: Transport = (url, init) => fetch(url, { ...init, signal: context.signal });
      return await client.models.list({ config: { httpOptions: { fetch: transport, headers } } });
    },
  };
}

function generate(connected: Connected, sending: Sending): Promise<Response> {
  const { modelId, params, context } = sending;
  return captured(connected, sending, (client, httpOptions) => {
    const sent = {
      model: modelId,
      contents: params.contents,
      config: {
        ...params.config,
        // The SDK would call tools and continue long answers with requests of its own.
        automaticFunctionCalling: { disable: true },
        automaticContinuation: false,
        httpOptions,
      },
    } as GenerateContentParameters;
    const { models } = client;
    return context.delivery === 'complete'
      ? models.generateContent(sent)
      : models.generateContentStream(sent);
  });
}

function embed(connected: Connected, sending: Sending): Promise<Response> {
  const { modelId, params } = sending;
  return captured(connected, sending, ({ models }, httpOptions) =>
    models.embedContent({
      model: modelId,
      contents: [...params.contents],
      config: { ...params.config, httpOptions },
    }),
  );
}

/**
 * The SDK addresses, signs and sends; what it throws for a refusal is its own. A good answer's body is read by core's
 * decoder instead: the SDK's parses every event twice, builds a `Response` for each, and does not cancel the body.
 */
function captured(
  { client, fetch, headers }: Connected,
  { extra, context, facts }: Sending,
  send: (client: GoogleGenAI, httpOptions: HttpOptions) => Promise<unknown>,
): Promise<Response> {
  const transport: Transport = async (url, init) => {
    // The SDK never takes its listener off a signal that it is given: it gets none.
    const answer = await fetch(url, { ...init, ...wellFormedBody(init), signal: context.signal });
    facts.headers = answer.headers;
    return answer;
  };
  return captureResponse(transport, (taken) =>
    send(client, { fetch: taken, headers, extraBody: { ...extra } }),
  );
}

/** The SDK serialises; half of a surrogate pair makes the vendor refuse all of it. */
const wellFormedBody = (init: RequestInit | undefined): Pick<RequestInit, 'body'> =>
  typeof init?.body === 'string' ? { body: wellFormedJson(init.body) } : {};

/** What one attempt sends with. */
interface Connected {
  readonly client: GoogleGenAI;
  readonly fetch: Transport;
  readonly headers: Record<string, string>;
}

/** Finds the credential for an attempt, and the client that was made for it; tells `facts` what to hide. */
type Connect = (context: CallContext, facts: GeminiFacts) => Promise<Connected>;

function connector(options: GoogleOptions, keyEnv: readonly string[]): Connect {
  const clients = clientCache<GoogleGenAI>();
  const keys = credentialSource(options.apiKey, keyEnv);
  const tokens = credentialSource(options.token, []);
  const own = lowerCaseNames(options.headers);
  return async (context, facts) => {
    const fetch = directFetch(options.fetch ?? context.fetch ?? patientFetch, facts.target);
    const headers = { ...lowerCaseNames(context.headers), ...own };
    const secrets = secretsIn(headers);
    facts.secrets = [...secrets, ...secretsOfClient(options.client)];
    if (options.client !== undefined) return { client: clientOf(options.client), fetch, headers };
    const platform = platformOf(options, context.env);
    const source = platform.vertexai ? vertexSource(options, keys, tokens) : keys;
    const secret = await source?.resolve(context);
    if (secret !== undefined) {
      facts.secrets = [secret, ...secrets];
      facts.credential = () => source?.renewal(secret);
    }
    const auth: Auth = source === tokens ? { token: secret } : { apiKey: secret };
    const client = await clients(JSON.stringify([platform, auth]), async () => {
      const { newClient } = await import('./sdk.ts');
      return newClient(platform, auth, context);
    });
    return { client, fetch, headers };
  };
}

const clientOf = (client: object): GoogleGenAI =>
  checkClient<GoogleGenAI>(client, ['models'], {
    factory: 'createGoogle',
    client: 'GoogleGenAI of @google/genai',
  });

/** On Vertex a token source wins over a key (express mode); without either the SDK's auth library looks for itself. */
function vertexSource(
  { token, apiKey }: GoogleOptions,
  keys: CredentialSource,
  tokens: CredentialSource,
): CredentialSource | undefined {
  if (token !== undefined) return tokens;
  return apiKey === undefined ? undefined : keys;
}
