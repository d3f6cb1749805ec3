import type { File, GenerateContentParameters, GoogleGenAI, HttpOptions } from '@google/genai';
import type { LlmError, ModelContext, ModelRequest } from '@majordomo/core';
import { checkModelId, ServerSession, wellFormedJson } from '@majordomo/wire-kit';
import { accountName, captureResponse, FILE_TYPE } from '@majordomo/wire-kit/internal';
import { toLlmError, type GeminiErrorContext } from './errors.ts';
import type { ListedModel } from './models.ts';
import type { Platform } from './platform.ts';
import type { Auth } from './sdk.ts';

export type CallContext = Omit<ModelContext, 'delivery'>;
export type Transport = typeof globalThis.fetch;

/** SDK client with the transport and the headers of an attempt. */
export interface GeminiClient {
  readonly client: GoogleGenAI;
  readonly fetch: Transport;
  readonly headers: Record<string, string>;
  /** Arguments of `newClient` for this client; `undefined` if the application passed a client. */
  readonly settings?:
    | readonly [platform: Platform, auth: Auth, context: Pick<ModelContext, 'env' | 'target'>]
    | undefined;
}

/** Request to generateContent or embedContent. */
export interface Sending {
  readonly modelId: string;
  /** `contents` and `config` of the SDK method. */
  readonly params: { readonly contents: readonly object[]; readonly config: object };
  /** Properties that the SDK merges into the request body. */
  readonly extra: ModelRequest['extra'];
  readonly context: ModelContext;
}

/** Requests of one attempt to the Gemini API or Vertex AI, and their errors. Its functions throw the errors of the SDK. */
export class GeminiSession extends ServerSession<GeminiClient> implements GeminiErrorContext {
  /** Headers of the last response. */
  headers: Headers | undefined;

  /** Sends one generateContent request and returns the raw response. */
  generate({ modelId, params, extra, context }: Sending): Promise<Response> {
    return this.captureAnswer(modelId, extra, context, ({ models }, httpOptions) => {
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
      return context.delivery === 'complete'
        ? models.generateContent(sent)
        : models.generateContentStream(sent);
    });
  }

  /** Sends one embedContent request and returns the raw response. */
  embed({ modelId, params, extra, context }: Sending): Promise<Response> {
    return this.captureAnswer(modelId, extra, context, ({ models }, httpOptions) =>
      models.embedContent({
        model: modelId,
        contents: [...params.contents],
        config: { ...params.config, httpOptions },
      }),
    );
  }

  /** Calls a method of the SDK for files or batches, and returns the raw response. */
  async send(call: SdkMethod, context: CallContext): Promise<Response> {
    const api = await this.client(context);
    return captureFile(api, call, this.transportOf(api, context));
  }

  /** Calls a method of the SDK for interactions, and returns the raw response. */
  async interact(call: InteractionCall, context: CallContext): Promise<Response> {
    const api = await this.client(context);
    const { client, headers, settings } = api;
    const { newClient } = await import('./sdk.ts');
    return captureOnce(this.transportOf(api, context), async (own) => {
      // The SDK ignores a call's own `fetch` for interactions.
      const httpOptions = { apiVersion: FILES_VERSION, headers, fetch: own };
      const sender = settings === undefined ? client : newClient(...settings, httpOptions);
      await call(sender.interactions);
    });
  }

  /** Uploads a file and returns its metadata. */
  async upload(
    { name, mediaType }: { readonly name: string; readonly mediaType: string },
    file: Blob,
    context: CallContext,
  ): Promise<File> {
    const api = await this.client(context);
    const { client, headers, settings } = api;
    const httpOptions = { apiVersion: FILES_VERSION, headers, fetch: this.transportOf(api, context) };
    const { newClient } = await import('./sdk.ts');
    // The SDK ignores a call's own `httpOptions` when it uploads the parts of a file.
    const own = settings === undefined ? client : newClient(...settings, httpOptions);
    const config = { displayName: name, mimeType: mediaType, httpOptions };
    return own.files.upload({ file, config });
  }

  /** Returns a stable name of the account, which does not contain the credential. */
  async accountOf(context: CallContext): Promise<string> {
    // `client` also sets `secrets`.
    const { settings } = await this.client(context);
    const [platform] = settings ?? [];
    return accountName([platform?.baseURL, this.secrets]);
  }

  /** Downloads a file by its name. */
  async download(name: string, context: CallContext): Promise<Response> {
    const api = await this.client(context);
    const transport = this.transportOf(api, context);
    const call: SdkMethod = ({ files }, httpOptions) => files.get({ name, config: { httpOptions } });
    return captureFile(api, call, (url, init) => transport(downloadURL(url), acceptFile(init)));
  }

  /** Starts a long-running operation of a model, and returns the raw response. */
  async predict(modelId: string, body: object, context: CallContext): Promise<Response> {
    checkModelId(modelId, this.target);
    const api = await this.client(context);
    const transport = this.transportOf(api, context);
    const call: SdkMethod = ({ models }, httpOptions) =>
      models.get({ model: modelId, config: { httpOptions } });
    return captureFile(api, call, (url, init) =>
      transport(predictURL(url), { ...init, method: 'POST', body: JSON.stringify(body) }),
    );
  }

  /** Requests the first page of the model list. Iterating over the result requests the other pages. */
  async list(context: CallContext): Promise<AsyncIterable<ListedModel>> {
    const api = await this.client(context);
    const { client, headers } = api;
    const fetch = this.transportOf(api, context);
    return await client.models.list({ config: { httpOptions: { fetch, headers } } });
  }

  /** Converts any failure of the attempt to an `LlmError` without secrets. */
  toLlmError(error: unknown): LlmError {
    return toLlmError(error, this);
  }

  /**
   * Sends a request through the SDK and returns the raw response. Throws the SDK's errors. The SDK must not decode a successful
   * body, because the SDK would parse each event twice, create a `Response` per event, and not cancel the body.
   */
  private async captureAnswer(
    modelId: string,
    extra: ModelRequest['extra'],
    context: CallContext,
    send: SdkMethod,
  ): Promise<Response> {
    checkModelId(modelId, this.target);
    const api = await this.client(context);
    const { client, headers } = api;
    return captureResponse(this.transportOf(api, context), (fetch) =>
      send(client, { fetch, headers, extraBody: { ...extra } }),
    );
  }

  /** Returns a transport that keeps the headers of the response. */
  private transportOf({ fetch }: GeminiClient, { signal }: CallContext): Transport {
    return async (url, init) => {
      // Pass the signal only to `fetch`. The SDK would add a listener to the signal and never remove the listener.
      const response = await fetch(url, { ...init, ...wellFormedBody(init), signal });
      this.headers = response.headers;
      return response;
    };
  }
}

/** Function that calls one method of the SDK for interactions. */
export type InteractionCall = (interactions: GoogleGenAI['interactions']) => Promise<unknown>;

/** Function that calls one method of the SDK. */
type SdkMethod = (client: GoogleGenAI, httpOptions: HttpOptions) => Promise<unknown>;

/** API version that supports files, batches, interactions and long-running operations. */
const FILES_VERSION = 'v1beta';

/** Sends a request through the SDK in the version `FILES_VERSION`, and returns the raw response. */
const captureFile = (
  { client, headers }: GeminiClient,
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

const wellFormedBody = (init: RequestInit | undefined): Pick<RequestInit, 'body'> =>
  typeof init?.body === 'string' ? { body: wellFormedJson(init.body) } : {};
