import {
  LlmError,
  type Credential,
  type Dsn,
  type Model,
  type ModelContext,
  type ModelRequest,
  type Provider,
  type ProviderOptions,
} from '@majordomo/core';
import { clientCache, credentialSource, Scribe, sdkStream, type CredentialSource } from '@majordomo/core/provider';
import type { GenerateContentParameters, GoogleGenAI, GoogleGenAIOptions } from '@google/genai';
import { toLlmError } from './errors.ts';
import { familyOf, modelFacts } from './models.ts';
import { placeOf, type Place } from './place.ts';
import type { GeminiQuirks } from './quirks.ts';
import { toWire, type WireRequest } from './request.ts';
import { GeminiReader } from './stream.ts';

export interface GoogleOptions extends ProviderOptions {
  /** The API's version in the path. Default: the SDK's own, `v1`, and `v1beta1` on Vertex. */
  readonly apiVersion?: string | undefined;
  /** Vertex AI instead of the Gemini API; also by `project` or `location`, or GOOGLE_GENAI_USE_VERTEXAI=true. */
  readonly vertexai?: boolean | undefined;
  /** Google Cloud project. Default on Vertex: GOOGLE_CLOUD_PROJECT. */
  readonly project?: string | undefined;
  /** Vertex location such as `europe-west4`. Default there: GOOGLE_CLOUD_LOCATION, else `global`. */
  readonly location?: string | undefined;
  /**
   * OAuth access token for Vertex, or a source that is asked per attempt. Default: application default credentials,
   * found by the SDK's auth library, which looks at its own environment, files and the metadata server for them.
   */
  readonly token?: Credential | undefined;
  readonly quirks?: Partial<GeminiQuirks> | undefined;
  /** A ready `GoogleGenAI` instead of one made from these options. */
  readonly client?: object | undefined;
}

const KEY_ENV = ['GOOGLE_API_KEY', 'GEMINI_API_KEY'] as const;

/** The provider behind `createGoogle`: nothing is loaded or sent before the first call. */
export function googleProvider(options: GoogleOptions): Provider {
  const connect = connection(options);
  return {
    spi: 1,
    id: options.id ?? 'google',
    model: (modelId) => modelOf(modelId, options, connect),
    schemes: { google: fromDsn, gemini: fromDsn },
  };
}

/** `google://KEY@generativelanguage.googleapis.com?apiVersion=v1beta`; with `project` the token is for Vertex. */
function fromDsn({ name, token, baseURL, params }: Dsn): Provider {
  const { apiVersion, project, location } = params;
  const isVertex = project !== undefined || location !== undefined;
  const secret = isVertex ? { token } : { apiKey: token };
  return googleProvider({ id: name, baseURL, apiVersion, project, location, ...secret });
}

/** Longer answers stream: the vendor ends a unary call after ten minutes, Node's fetch waits five for its headers. */
const MOST_WHOLE_TOKENS = 8192;

/** The SDK refuses to send these parts to Vertex. */
const VERTEX_QUIRKS: Partial<GeminiQuirks> = { serverToolParts: false };

function modelOf(modelId: string, options: GoogleOptions, connect: Connect): Model {
  const facts = modelFacts(modelId);
  const family = familyOf(modelId);
  return {
    id: modelId,
    wire: 'gemini-generate',
    families: [family],
    capabilities: facts.capabilities,
    timeouts: options.timeouts,
    whole: ({ maxTokens }) => maxTokens !== undefined && maxTokens <= MOST_WHOLE_TOKENS,
    stream(request, context) {
      const isVertex = placeOf(options, context.env).vertexai;
      const quirks = { ...facts.quirks, ...(isVertex && VERTEX_QUIRKS), ...options.quirks };
      const scribe = new Scribe(context.target, []);
      const { params, warnings } = toWire(request, quirks);
      for (const warning of warnings) scribe.warning(warning);
      const call = new Call(modelId, request, params, context);
      return sdkStream({
        context,
        open: async () => call.send(await connect(context)),
        reader: new GeminiReader(scribe, family),
        toLlmError: (error) => call.toLlmError(error),
      });
    },
  };
}

interface Connected {
  readonly client: GoogleGenAI;
  readonly fetch: typeof globalThis.fetch;
  readonly headers: Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly recovery: ReturnType<CredentialSource['recovery']>;
}

/** One call: what it sends, and what it saw of the answer. */
class Call {
  private readonly modelId: string;
  private readonly request: ModelRequest;
  private readonly params: WireRequest['params'];
  private readonly context: ModelContext;
  private connected: Connected | undefined;
  private answer: Response | undefined;

  constructor(modelId: string, request: ModelRequest, params: WireRequest['params'], context: ModelContext) {
    this.modelId = modelId;
    this.request = request;
    this.params = params;
    this.context = context;
  }

  /**
   * The SDK addresses, signs and sends; what it throws for a refusal is its own. A good answer's body is read here
   * instead: its decoder builds a `Response` and parses the text twice for every event, and does not cancel the body.
   */
  async send(connected: Connected): Promise<Response> {
    this.connected = connected;
    const { models } = connected.client;
    const params = this.sdkParams(connected);
    await (this.context.delivery === 'whole' ? models.generateContent(params) : models.generateContentStream(params));
    if (this.answer === undefined) throw new TypeError('the SDK did not use the fetch that it was given');
    return this.answer;
  }

  toLlmError(error: unknown): LlmError {
    const { secrets, recovery } = this.connected ?? {};
    const facts = { target: this.context.target, secrets, headers: this.answer?.headers, credential: recovery };
    return toLlmError(error, facts);
  }

  private sdkParams({ fetch, headers }: Connected): GenerateContentParameters {
    const { signal } = this.context;
    const send: typeof globalThis.fetch = async (url, init) => {
      // The SDK never takes its listener off a signal that it is given: it gets none.
      this.answer = await fetch(url, { ...init, signal });
      return this.answer.ok ? new Response('{}', { headers: { 'content-type': 'application/json' } }) : this.answer;
    };
    return {
      model: this.modelId,
      contents: this.params.contents,
      config: {
        ...this.params.config,
        // The SDK would call tools and continue long answers with requests of its own.
        automaticFunctionCalling: { disable: true },
        automaticContinuation: false,
        httpOptions: { fetch: send, headers: { ...headers }, extraBody: { ...this.request.extra } },
      },
    } as GenerateContentParameters;
  }
}

type Connect = (context: ModelContext) => Promise<Connected>;

/** Finds the credential for each attempt, and the client that was made for it. */
function connection(options: GoogleOptions): Connect {
  const clients = clientCache<GoogleGenAI>();
  const keys = credentialSource(options.apiKey, KEY_ENV);
  const tokens = credentialSource(options.token, []);
  return async (context) => {
    const place = placeOf(options, context.env);
    const source = place.vertexai ? vertexSource(options, keys, tokens) : keys;
    const secret = options.client === undefined ? await source?.read(context) : undefined;
    const auth: Auth = source === tokens ? { token: secret } : { apiKey: secret };
    const client = options.client ?? (await clients(JSON.stringify([place, auth]), () => newClient(place, auth, context)));
    return {
      client: client as GoogleGenAI,
      fetch: options.fetch ?? context.fetch ?? globalThis.fetch,
      headers: { ...context.headers, ...options.headers },
      secrets: secret === undefined ? [] : [secret],
      recovery: secret === undefined ? undefined : source?.recovery(secret),
    };
  };
}

/** On Vertex a token source wins over a key (express mode); without either the SDK's auth library looks for itself. */
function vertexSource(
  { token, apiKey }: GoogleOptions,
  keys: CredentialSource,
  tokens: CredentialSource,
): CredentialSource | undefined {
  if (token !== undefined) return tokens;
  return apiKey === undefined ? undefined : keys;
}

interface Auth {
  readonly apiKey?: string | undefined;
  readonly token?: string | undefined;
}

async function newClient(place: Place, auth: Auth, { env, target }: ModelContext): Promise<GoogleGenAI> {
  const { vertexai, project, location, apiVersion, baseURL } = place;
  if (vertexai && auth.apiKey === undefined && project === undefined) {
    throw new LlmError('config', `no project for ${target}: pass project, or set GOOGLE_CLOUD_PROJECT`, { target });
  }
  const { GoogleGenAI: Client } = await import('@google/genai');
  return new Client({
    vertexai,
    ...(auth.apiKey !== undefined && { apiKey: auth.apiKey }),
    ...(project !== undefined && { project }),
    ...(location !== undefined && { location }),
    apiVersion,
    httpOptions: baseURL === undefined ? {} : { baseUrl: baseURL },
    ...(vertexai && auth.apiKey === undefined && { googleAuthOptions: authOptions(auth.token, env) }),
  });
}

/** A given token is all the login there is; else the auth library finds one, at the app's own path first. */
function authOptions(token: string | undefined, env: ModelContext['env']): NonNullable<GoogleGenAIOptions['googleAuthOptions']> {
  if (token === undefined) {
    const keyFilename = env['GOOGLE_APPLICATION_CREDENTIALS'];
    return keyFilename === undefined ? {} : { keyFilename };
  }
  const getRequestHeaders = (): Promise<Headers> => Promise.resolve(new Headers({ authorization: `Bearer ${token}` }));
  return { authClient: { getRequestHeaders } } as unknown as NonNullable<GoogleGenAIOptions['googleAuthOptions']>;
}
