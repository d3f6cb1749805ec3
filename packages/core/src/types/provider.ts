import type { Billing, Recovery } from './llm-error.ts';
import type { Timeouts } from './call.ts';
import type { Capabilities, ImageLimits } from './capabilities.ts';
import type { EmbeddingRequest, EmbeddingResponse } from './embedding.ts';
import type { ModelEvent } from './event.ts';
import type { ImageRequest, ImageResponse } from './image.ts';
import type { ModelRequest } from './request.ts';
import type { SpeechRequest, SpeechStep } from './speech.ts';
import type { TranscriptionRequest, TranscriptionResponse } from './transcription.ts';

/** String variables handed to `createMajordomo`; packages never read `process.env`. */
export type Env = { readonly [name: string]: string | undefined };

/** What a provider is told about the attempt that it serves. */
export interface ModelContext {
  /** `provider/model`, for events and errors. */
  readonly target: string;
  /** `whole` only where `Model.whole` said so and nobody wants deltas. */
  readonly delivery: 'deltas' | 'whole';
  /** Aborted when the call or one of its timers ends: hand it to whatever does I/O. */
  readonly signal: AbortSignal;
  readonly env: Env;
  /** The app's transport and headers; a provider's own options win. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /**
   * A provider tells the credential that it is about to use, so that health knows whose quota is spent; throws when
   * that one is benched. Core keeps a hash of it, salted per process. `credentialSource` does it.
   */
  credential?(value: string): void;
  /** Those that this attempt was changed by; `credentialSource` finds in them which value was rejected. */
  readonly recoveries?: readonly Recovery[] | undefined;
}

/** One model at one endpoint: all that a provider has to supply. */
export interface Model {
  /** What stands after the first slash of a spec. */
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

/** One image model at one endpoint. */
export interface ImageBackend {
  readonly id: string;
  /** Of pictures to start from: they are made to fit, or the target is passed over. `undefined`: sent as they are. */
  readonly images?: ImageLimits | false | undefined;
  /** Its own defaults; the caller's win. A drawing is one wire call: only `wholeMs` and `totalMs` run. */
  readonly timeouts?: Timeouts | undefined;
  /** Throws `LlmError`, as `Model.stream` does; no retries, no timers. */
  generate(request: ImageRequest, context: ModelContext): Promise<Omit<ImageResponse, 'attempts'>>;
}

/** One embedding model at one endpoint. */
export interface EmbeddingBackend {
  readonly id: string;
  /** Names the vector space: the model as its maker calls it, wherever it runs. */
  readonly space: string;
  /** Of its whole vectors. */
  readonly dimensions?: number | undefined;
  /** Most values of one request. */
  readonly maxValues?: number | undefined;
  /** Most tokens of one value. */
  readonly maxTokens?: number | undefined;
  /** Most tokens of one request. */
  readonly maxRequestTokens?: number | undefined;
  /** Its own defaults; the caller's win. A request is one wire call: only `wholeMs` and `totalMs` run. */
  readonly timeouts?: Timeouts | undefined;
  /** At most `maxValues` values, and a vector for each. Throws `LlmError`; no retries, no timers. */
  embed(
    request: EmbeddingRequest,
    context: ModelContext,
  ): Promise<Omit<EmbeddingResponse, 'attempts' | 'spec'>>;
}

/** One transcription model at one endpoint. */
export interface TranscriptionBackend {
  readonly id: string;
  /** Its own defaults; the caller's win. A recording is one wire call: only `wholeMs` and `totalMs` run. */
  readonly timeouts?: Timeouts | undefined;
  /** Of audio that it takes; others pass the target over. `undefined`: nothing is known. */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Of the audio; more passes the target over. */
  readonly maxBytes?: number | undefined;
  /** Of the audio; more passes the target over, where its duration is known. */
  readonly maxDurationMs?: number | undefined;
  /** Throws `LlmError`, as `Model.stream` does; no retries, no timers. */
  transcribe(
    request: TranscriptionRequest,
    context: ModelContext,
  ): Promise<Omit<TranscriptionResponse, 'attempts' | 'spec'>>;
}

/** One speech model at one endpoint. */
export interface SpeechBackend {
  readonly id: string;
  /** Its own defaults; the caller's win. */
  readonly timeouts?: Timeouts | undefined;
  /** Of one text; more passes the target over. */
  readonly maxCharacters?: number | undefined;
  /** Bytes as they come, to the end of the iteration. Throws `LlmError`, as `Model.stream` does; no retries, no timers. */
  speak(request: SpeechRequest, context: ModelContext): AsyncIterable<SpeechStep>;
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

/** What every `create…` takes where its SDK allows. A missing key is an error of the call, not of this. */
export interface ProviderOptions {
  /** The name before the slash of a spec. Default: the vendor's. */
  readonly id?: string | undefined;
  /** Default: the vendor's usual variable in `env`. */
  readonly apiKey?: Credential | undefined;
  /** Another address of the API, such as `http://127.0.0.1:8080/v1`; with or without `/v1` as the vendor's SDK has it. */
  readonly baseURL?: string | undefined;
  /** For every request; they win over the app's. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default: the app's, else the platform's. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For all its models; the caller's win. */
  readonly timeouts?: Timeouts | undefined;
  /** Whose prices hold, such as those of a gateway at `baseURL`; see `Provider.vendor`. Default: the package's vendor. */
  readonly vendor?: string | undefined;
  /** How calls are paid where no price applies; see `Provider.billing`. */
  readonly billing?: Billing | undefined;
}

/** A model that a backend lists. */
export interface ModelInfo {
  readonly id: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
}

/** A vendor, or a server: what stands before the slash of a spec. */
export interface Provider {
  /** Version of this interface; another number is refused. */
  readonly spi: 1;
  readonly id: string;
  /**
   * Whose prices, facts and conventions hold, in the catalogue's words: `openai`, `amazon-bedrock`, `google-vertex` …
   * Absent: unknown.
   */
  readonly vendor?: string | undefined;
  /** How its calls are paid where no price applies: a subscription, or own hardware. */
  readonly billing?: Billing | undefined;
  /** Any id is taken: the vendor says which exist. Does no I/O and throws nothing. */
  model(modelId: string): Model;
  /** Absent: it draws nothing. */
  imageModel?(modelId: string): ImageBackend;
  /** Absent: it makes no vectors. */
  embeddingModel?(modelId: string): EmbeddingBackend;
  /** Absent: it hears nothing. */
  transcriptionModel?(modelId: string): TranscriptionBackend;
  /** Absent: it says nothing. */
  speechModel?(modelId: string): SpeechBackend;
  /** Schemes of `LLM_*` DSNs that this package can serve. */
  readonly schemes?: { readonly [scheme: string]: (dsn: Dsn) => Provider } | undefined;
  /** Absent: its API has no list. */
  listModels?(context: Omit<ModelContext, 'delivery'>): Promise<readonly ModelInfo[]>;
}
