import type { File, GenerateContentParameters, GoogleGenAI, HttpOptions } from '@google/genai';
import type { ModelContext, ModelRequest } from '@majordomo/core';
import {
  accountName,
  captureResponse,
  checkClient,
  checkModelId,
  clientCache,
  credentialSource,
  directFetch,
  FILE_TYPE,
  lowerCaseNames,
  patientFetch,
  secretsIn,
  secretsOfClient,
  serverAddress,
  wellFormedJson,
  type CredentialSource,
} from '@majordomo/wire-kit';
import type { GeminiFacts } from './errors.ts';
import type { ListedModel } from './models.ts';
import type { GoogleOptions } from './options.ts';
import { baseURLVariable, type Platform, platformOf } from './platform.ts';
import type { Auth } from './sdk.ts';

type CallContext = Omit<ModelContext, 'delivery'>;
type Transport = typeof globalThis.fetch;

/** Request to generateContent or embedContent. */
export interface Sending {
  readonly modelId: string;
  /** `contents` and `config` of the SDK method. */
  readonly params: { readonly contents: readonly object[]; readonly config: object };
  /** Properties that the SDK merges into the request body. */
  readonly extra: ModelRequest['extra'];
  readonly context: ModelContext;
  readonly facts: GeminiFacts;
}

/** Connection of one provider to the Gemini API or Vertex AI. Its functions throw the errors of the SDK. */
export interface Connection {
  /** Sends one generateContent request and returns the raw response. */
  generate(sending: Sending): Promise<Response>;
  /** Sends one embedContent request and returns the raw response. */
  embed(sending: Sending): Promise<Response>;
  /** Calls a method of the SDK for files or batches, and returns the raw response. */
  readonly send: (call: SdkMethod, context: CallContext, facts: GeminiFacts) => Promise<Response>;
  /** Calls a method of the SDK for interactions, and returns the raw response. */
  readonly interact: (call: InteractionCall, context: CallContext, facts: GeminiFacts) => Promise<Response>;
  /** Uploads a file and returns its metadata. */
  readonly upload: (
    about: { readonly name: string; readonly mediaType: string },
    file: Blob,
    context: CallContext,
    facts: GeminiFacts,
  ) => Promise<File>;
  /** Returns a stable name of the account, which does not contain the credential. */
  readonly accountOf: (context: CallContext, facts: GeminiFacts) => Promise<string>;
  /** Downloads a file by its name. */
  readonly download: (name: string, context: CallContext, facts: GeminiFacts) => Promise<Response>;
  /** Starts a long-running operation of a model, and returns the raw response. */
  readonly predict: (
    modelId: string,
    body: object,
    context: CallContext,
    facts: GeminiFacts,
  ) => Promise<Response>;
  /** Requests the first page of the model list. Iterating over the result requests the other pages. */
  list(context: CallContext, facts: GeminiFacts): Promise<AsyncIterable<ListedModel>>;
}

/** Creates the connection that all models of a provider share. The first call loads the SDK. */
export function createConnection(options: GoogleOptions, keyEnv: readonly string[]): Connection {
  const connect = createConnect(options, keyEnv);
  return {
    async generate(sending) {
      checkModelId(sending.modelId, sending.facts.target);
      return generate(await connect(sending.context, sending.facts), sending);
    },
    async embed(sending) {
      checkModelId(sending.modelId, sending.facts.target);
      return embed(await connect(sending.context, sending.facts), sending);
    },
    async send(call, context, facts) {
      const connected = await connect(context, facts);
      return captureFile(connected, call, transportOf(connected, context, facts));
    },
    async interact(call, context, facts) {
      const { client, fetch, headers, settings } = await connect(context, facts);
      const { newClient } = await import('./sdk.ts');
      return captureOnce(transportOf({ fetch }, context, facts), async (own) => {
        // The SDK ignores a call's own `fetch` for interactions.
        const httpOptions = { apiVersion: FILES_VERSION, headers, fetch: own };
        const sender = settings === undefined ? client : newClient(...settings, httpOptions);
        await call(sender.interactions);
      });
    },
    async upload({ name, mediaType }, file, context, facts) {
      const { client, fetch, headers, settings } = await connect(context, facts);
      const transport = transportOf({ fetch }, context, facts);
      const httpOptions = { apiVersion: FILES_VERSION, headers, fetch: transport };
      const { newClient } = await import('./sdk.ts');
      const own = settings === undefined ? client : newClient(...settings, httpOptions);
      const config = { displayName: name, mimeType: mediaType, httpOptions };
      return own.files.upload({ file, config });
    },
    async accountOf(context, facts) {
      const { settings } = await connect(context, facts);
      return accountName([settings?.[0].baseURL, facts.secrets]);
    },
    async download(name, context, facts) {
      const connected = await connect(context, facts);
      const transport = transportOf(connected, context, facts);
      const call: SdkMethod = ({ files }, httpOptions) => files.get({ name, config: { httpOptions } });
      return captureFile(connected, call, (url, init) => transport(downloadURL(url), acceptFile(init)));
    },
    async predict(modelId, body, context, facts) {
      checkModelId(modelId, facts.target);
      const connected = await connect(context, facts);
      const transport = transportOf(connected, context, facts);
      const call: SdkMethod = ({ models }, httpOptions) =>
        models.get({ model: modelId, config: { httpOptions } });
      return captureFile(connected, call, (url, init) =>
        transport(predictURL(url), { ...init, method: 'POST', body: JSON.stringify(body) }),
      );
    },
    async list(context, facts) {
      const { client, fetch, headers } = await connect(context, facts);
      const transport: Transport = (url, init) => fetch(url, { ...init, signal: context.signal });
      return await client.models.list({ config: { httpOptions: { fetch: transport, headers } } });
    },
  };
}

/** Function that calls one method of the SDK for interactions. */
export type InteractionCall = (interactions: GoogleGenAI['interactions']) => Promise<unknown>;

/** Function that calls one method of the SDK. */
type SdkMethod = (client: GoogleGenAI, httpOptions: HttpOptions) => Promise<unknown>;

/** API version that supports files and batches. */
const FILES_VERSION = 'v1beta';

const captureFile = (
  { client, headers }: Connected,
  call: SdkMethod,
  transport: Transport,
): Promise<Response> =>
  captureResponse(transport, (fetch) => call(client, { apiVersion: FILES_VERSION, headers, fetch }));

/** Returns the URL of a file's content for the URL of its metadata. The SDK itself can only save a file to a local path. */
function downloadURL(url: Parameters<Transport>[0]): string {
  const { href } = new URL(url instanceof Request ? url.url : url);
  return href.replace(/\/v1beta\/(files\/[^/?]+).*$/, '/download/v1beta/$1:download?alt=media');
}

/** Returns the URL of long-running operations for the URL of a model. The SDK itself starts operations only on Vertex AI. */
function predictURL(url: Parameters<Transport>[0]): string {
  const { origin, pathname } = new URL(url instanceof Request ? url.url : url);
  return `${origin}${pathname}:predictLongRunning`;
}

/**
 * Returns the raw response of a method for interactions. The SDK would send a failed request up to five times, so it does not see
 * failures. Throws a failure as the error of the other methods.
 */
async function captureOnce(
  transport: Transport,
  call: (fetch: Transport) => Promise<unknown>,
): Promise<Response> {
  let sent: Promise<Response> | undefined;
  await call(async (url, init) => {
    sent = transport(url, init);
    await sent.catch(() => undefined);
    return Response.json({});
  });
  if (sent === undefined) throw new TypeError('the SDK did not call its fetch option');
  const response = await sent;
  if (response.ok) return response;
  const { status } = response;
  throw Object.assign(new Error(await response.text()), { name: 'ApiError', status });
}

function acceptFile(init: RequestInit | undefined): RequestInit {
  const headers = new Headers(init?.headers);
  headers.set('accept', FILE_TYPE);
  return { ...init, headers };
}

/** Returns a transport that stores the headers of the response in `facts`. */
const transportOf =
  ({ fetch }: Pick<Connected, 'fetch'>, { signal }: CallContext, facts: GeminiFacts): Transport =>
  async (url, init) => {
    // Pass the signal only to `fetch`. The SDK would add a listener to the signal and never remove the listener.
    const response = await fetch(url, { ...init, ...wellFormedBody(init), signal });
    facts.headers = response.headers;
    return response;
  };

function generate(connected: Connected, sending: Sending): Promise<Response> {
  const { modelId, params, context } = sending;
  return captureAnswer(connected, sending, (client, httpOptions) => {
    const sent = {
      model: modelId,
      contents: params.contents,
      config: {
        ...params.config,
        // Without these settings, the SDK would call tools and continue long responses with separate requests.
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
  return captureAnswer(connected, sending, ({ models }, httpOptions) =>
    models.embedContent({
      model: modelId,
      contents: [...params.contents],
      config: { ...params.config, httpOptions },
    }),
  );
}

/**
 * Sends a request through the SDK and returns the raw response. Throws the SDK's errors. The SDK must not decode a successful
 * body, because the SDK would parse each event twice, create a `Response` per event, and not cancel the body.
 */
function captureAnswer(
  connected: Connected,
  { extra, context, facts }: Sending,
  send: SdkMethod,
): Promise<Response> {
  const { client, headers } = connected;
  return captureResponse(transportOf(connected, context, facts), (fetch) =>
    send(client, { fetch, headers, extraBody: { ...extra } }),
  );
}

const wellFormedBody = (init: RequestInit | undefined): Pick<RequestInit, 'body'> =>
  typeof init?.body === 'string' ? { body: wellFormedJson(init.body) } : {};

interface Connected {
  readonly client: GoogleGenAI;
  readonly fetch: Transport;
  readonly headers: Record<string, string>;
  /** Settings of the client; `undefined` if the application passed a client. */
  readonly settings?: readonly [Platform, Auth, Pick<ModelContext, 'env' | 'target'>];
}

/** Platform of a request that `ModelContext.exchange` handles. Such a request reaches no server. */
const NO_SERVER: Platform = {
  vertexai: false,
  project: undefined,
  location: undefined,
  apiVersion: 'v1',
  baseURL: 'http://exchange.invalid',
};

/** Determines the credential of an attempt and returns the client that uses it. Stores the secrets to redact in `facts`. */
type Connect = (context: CallContext, facts: GeminiFacts) => Promise<Connected>;

function createConnect(options: GoogleOptions, keyEnv: readonly string[]): Connect {
  const clients = clientCache<GoogleGenAI>();
  const keys = credentialSource(options.apiKey, keyEnv);
  const tokens = credentialSource(options.token, []);
  const optionHeaders = lowerCaseNames(options.headers);
  const id = options.id ?? 'google';
  return async (context, facts) => {
    const { exchange } = context;
    const fetch = directFetch(exchange ?? options.fetch ?? context.fetch ?? patientFetch, facts.target);
    const headers = { ...lowerCaseNames(context.headers), ...optionHeaders };
    const secrets = secretsIn(headers);
    const clientFor = (platform: Platform, auth: Auth): Promise<GoogleGenAI> =>
      clients(JSON.stringify([platform, auth]), async () => {
        const { newClient } = await import('./sdk.ts');
        return newClient(platform, auth, context);
      });
    facts.secrets = [...secrets, ...secretsOfClient(options.client)];
    if (exchange !== undefined)
      return { client: await clientFor(NO_SERVER, { apiKey: 'none' }), fetch, headers };
    if (options.client !== undefined) return { client: clientOf(options.client), fetch, headers };
    const platform = platformOf(options, context.env);
    facts.server = () => serverAddress(id, platform.baseURL, baseURLVariable(platform), context.env);
    const source = platform.vertexai ? vertexSource(options, keys, tokens) : keys;
    const secret = await source?.resolve(context);
    if (secret !== undefined) {
      facts.secrets = [secret, ...secrets];
      facts.credential = () => source?.renewal(secret);
    }
    const auth: Auth = source === tokens ? { token: secret } : { apiKey: secret };
    const client = await clientFor(platform, auth);
    return { client, fetch, headers, settings: [platform, auth, context] };
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
