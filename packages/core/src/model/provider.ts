import type { Timeouts } from './call.ts';
import type { Capabilities } from './capabilities.ts';
import type { ModelEvent } from './event.ts';
import type { ImageRequest, ImageResponse } from './image.ts';
import type { ModelRequest } from './request.ts';

/** String variables handed to `createMajordomo`; packages never read `process.env`. */
export type Env = { readonly [name: string]: string | undefined };

export interface ModelContext {
  /** `provider/model`, for events and errors. */
  readonly target: string;
  /** `whole` only where `Model.whole` said so and nobody wants deltas. */
  readonly delivery: 'deltas' | 'whole';
  readonly signal: AbortSignal;
  readonly env: Env;
  /** The app's transport and headers; a provider's own options win. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** One model at one endpoint: all that a provider has to supply. */
export interface Model {
  readonly id: string;
  /** The wire it speaks, such as `openai-chat`: a key of `ChatRequest.extra`. */
  readonly wire?: string | undefined;
  /** Whose replay tokens this model can read; it issues the first. */
  readonly families: readonly string[];
  readonly capabilities: Capabilities;
  /** Its own defaults; the caller's win. */
  readonly timeouts?: Timeouts | undefined;
  /** Does this request go out as a non-streaming wire call when nobody wants deltas? */
  whole?(request: ModelRequest): boolean;
  /** Events one by one or in batches; an empty batch is a sign of life. The first step ends `connectMs`. */
  stream(request: ModelRequest, context: ModelContext): AsyncIterable<ModelEvent | readonly ModelEvent[]>;
}

export interface ImageBackend {
  readonly id: string;
  generate(request: ImageRequest, context: ModelContext): Promise<Omit<ImageResponse, 'attempts'>>;
}

/** A parsed `LLM_NAME=scheme://token@host[:port]/path?params`. The token is not enumerable: it is never printed. */
export interface Dsn {
  /** The provider's id: lower case, `-` as `_`. */
  readonly name: string;
  /** Without `+http`. */
  readonly scheme: string;
  /** With the port. */
  readonly host: string;
  /** `''` or `/v1`: no slash at the end. */
  readonly path: string;
  /** `https://host/path`, or `http://…` for `scheme+http`. */
  readonly baseURL: string;
  readonly token: string | undefined;
  readonly params: Readonly<Record<string, string>>;
}

/** Called for every attempt; `rejected` is the value that just got a 401. */
export type Credential =
  | string
  | ((context: {
      readonly signal: AbortSignal;
      readonly rejected: string | undefined;
    }) => string | Promise<string>);

/** What every `create…` takes where its SDK allows. A missing key is no error before the call. */
export interface ProviderOptions {
  readonly id?: string | undefined;
  readonly apiKey?: Credential | undefined;
  readonly baseURL?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly timeouts?: Timeouts | undefined;
}

export interface ModelInfo {
  readonly id: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
}

export interface Provider {
  /** Version of this interface; another number is refused. */
  readonly spi: 1;
  readonly id: string;
  model(modelId: string): Model;
  imageModel?(modelId: string): ImageBackend;
  /** Schemes of `LLM_*` DSNs that this package can serve. */
  readonly schemes?: { readonly [scheme: string]: (dsn: Dsn) => Provider } | undefined;
  listModels?(context: Omit<ModelContext, 'delivery'>): Promise<readonly ModelInfo[]>;
}
