import type { Timeouts } from './call-options.ts';
import type { Capabilities, DataHandling, Env, ImageLimits, ModelContext } from './target.ts';
import type { ModelEvent, Warning } from './response.ts';
import type { BackgroundBackend, VideoBackend } from './background.ts';
import type { BatchBackend } from './batch.ts';
import type { Basis } from './classification.ts';
import type { FileBackend } from './files.ts';
import type { Billing } from './llm-error.ts';
import type { FilePart, ImagePart } from './messages.ts';
import type {
  ClassificationRequest,
  EmbeddingRequest,
  EmbeddingResponse,
  ImageRequest,
  ImageResponse,
  ModerationRequest,
  ModerationResponse,
  OperationResponse,
  RerankRequest,
  RerankResponse,
  SpeechRequest,
  SpeechStep,
  TranscriptionRequest,
  TranscriptionResponse,
  TranscriptSegment,
} from './operations.ts';
import type { ModelRequest } from './request.ts';

export type { Env, ModelContext } from './target.ts';
export type { Capabilities, DataHandling, FileLimits, ImageLimits } from './target.ts';

/** Chat model of a provider. */
export interface Model {
  /** Id of the model, which is the text after the first slash of a target. */
  readonly id: string;
  /** Name of the model's wire, such as `openai-chat`. It is a key of `ChatRequest.extra`. */
  readonly wire?: string | undefined;
  /** Families of the replay tokens that the model can read. The model issues tokens of the first family. */
  readonly families: readonly string[];
  readonly capabilities: Capabilities;
  /** Default time limits. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /** Whether the request is sent as a non-streaming request if the caller needs no deltas. */
  isNonStreaming?(request: ModelRequest): boolean;
  /**
   * Sends the request and yields events singly or in batches. The first step stops the timer of `connectMs`. An empty batch
   * restarts the timer of `idleMs`. Throws `LlmError`. The method neither retries nor applies time limits.
   */
  stream(request: ModelRequest, context: ModelContext): AsyncIterable<ModelEvent | readonly ModelEvent[]>;
}

/** Image model of a provider. */
export interface ImageBackend {
  readonly id: string;
  /** Limits of input images; `false` for no images, `undefined` if unknown. If an image exceeds them, the target is skipped. */
  readonly images?: ImageLimits | false | undefined;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /** Generates images. Throws `LlmError`. The method neither retries nor applies time limits. */
  generate(request: ImageRequest, context: ModelContext): Promise<Omit<ImageResponse, 'attempts'>>;
  /**
   * Yields preliminary images, then the response. Absent if the model has none; core then calls `generate`. All limits of `timeouts`
   * apply. `request.n` is 1 or absent.
   */
  generateStream?(
    request: ImageRequest,
    context: ModelContext,
  ): AsyncIterable<{ readonly partial: ImagePart } | Omit<ImageResponse, 'attempts'>>;
}

/** Embedding model of a provider. */
export interface EmbeddingBackend {
  readonly id: string;
  /** Name of the vector space. Use the maker's name of the model, which is the same at every provider. */
  readonly space: string;
  /** Number of dimensions of the model's full vectors. */
  readonly dimensions?: number | undefined;
  /** Maximum number of values in a request. */
  readonly maxValues?: number | undefined;
  /** Maximum number of tokens in a value. */
  readonly maxTokens?: number | undefined;
  /** Maximum number of tokens in a request. */
  readonly maxRequestTokens?: number | undefined;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /** Returns one vector per value, for at most `maxValues` values. Throws `LlmError`. Neither retries nor applies time limits. */
  embed(
    request: EmbeddingRequest,
    context: ModelContext,
  ): Promise<Omit<EmbeddingResponse, 'attempts' | 'spec'>>;
}

/** Transcription model of a provider. */
export interface TranscriptionBackend {
  readonly id: string;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /** MIME types of supported audio. The target is skipped if the audio has another type. `undefined` if unknown. */
  readonly mediaTypes?: readonly string[] | undefined;
  /** Maximum size of the audio in bytes. If the audio is larger, the target is skipped. */
  readonly maxBytes?: number | undefined;
  /** Maximum duration of the audio in milliseconds. If the duration is known and longer, the target is skipped. */
  readonly maxDurationMs?: number | undefined;
  /** Transcribes a recording. Throws `LlmError`. The method neither retries nor applies time limits. */
  transcribe(
    request: TranscriptionRequest,
    context: ModelContext,
  ): Promise<Omit<TranscriptionResponse, 'attempts' | 'spec'>>;
  /**
   * Yields pieces of the text and segments as they are recognized, then the response, whose text consists of the pieces. Absent if the
   * model does not stream; core then calls `transcribe`. All limits of `timeouts` apply.
   */
  transcribeStream?(
    request: TranscriptionRequest,
    context: ModelContext,
  ): AsyncIterable<string | TranscriptSegment | Omit<TranscriptionResponse, 'attempts' | 'spec'>>;
}

/** Speech model of a provider. */
export interface SpeechBackend {
  readonly id: string;
  /** Default time limits. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /** Maximum number of characters of the text. If the text is longer, the target is skipped. */
  readonly maxCharacters?: number | undefined;
  /** Yields audio as it arrives. Throws `LlmError`. The method neither retries nor applies time limits. */
  speak(request: SpeechRequest, context: ModelContext): AsyncIterable<SpeechStep>;
}

/** Rerank model of a provider. */
export interface RerankBackend {
  readonly id: string;
  /** Maximum number of documents in a request. If a request has more documents, the target is skipped. */
  readonly maxDocuments?: number | undefined;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /**
   * Returns results in any order. Core checks, sorts and limits them. Throws `LlmError`. The method neither retries nor applies
   * time limits.
   */
  rerank(request: RerankRequest, context: ModelContext): Promise<Omit<RerankResponse, 'attempts' | 'spec'>>;
}

/** Moderation model of a provider. */
export interface ModerationBackend {
  readonly id: string;
  /** Limits for images; `undefined` if unknown. If `false`, the target is skipped for a request with an image. */
  readonly images?: ImageLimits | false | undefined;
  /** Maximum number of strings in a request. Core splits a longer list into several requests to the same target. */
  readonly maxValues?: number | undefined;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /**
   * Returns one result for each value. The values are at most `maxValues` strings, or one image. Throws `LlmError`. The method
   * neither retries nor applies time limits.
   */
  moderate(
    request: ModerationRequest,
    context: ModelContext,
  ): Promise<Omit<ModerationResponse, 'attempts' | 'spec'>>;
}

/** Classification model of a provider, or an emulation. Core checks, normalizes and calibrates the distributions. */
export interface ClassificationBackend {
  readonly id: string;
  readonly basis: Basis;
  /** Limits for images; `undefined` if unknown. If `false`, the target is skipped for an input with an image. */
  readonly images?: ImageLimits | false | undefined;
  /** Maximum number of questions in a request. Core sends more questions in several requests to the same target. */
  readonly maxQuestions?: number | undefined;
  /** Maximum number of choices or levels of a question. For more, the target is skipped. */
  readonly maxOptions?: number | undefined;
  /** Default time limits, of which only `completeMs` applies. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /**
   * Returns a distribution for each question. Messages of the input contain only text, images, tool calls and tool results. Throws
   * `LlmError`. An emulation that finds no log probabilities throws `unsupported` with the code `no-logprobs`; core then uses the
   * next accepted basis. The method neither retries nor applies time limits.
   */
  classify(request: ClassificationRequest, context: ModelContext): Promise<Distributions>;
}

/** Response of a `ClassificationBackend`. */
export interface Distributions extends Pick<OperationResponse, 'model' | 'vendor' | 'usage' | 'warnings'> {
  /** Probabilities by question, for `[true, false]`, the choices or the levels, in order. */
  readonly distributions: Readonly<Record<string, readonly number[]>>;
}

/** Parsed `LLM_NAME=scheme://token@host[:port]/path?params`. The token is not enumerable, so logs omit it. */
export interface Dsn {
  /** Id of the provider, which is `NAME` in lower case, with `_` instead of `-`. */
  readonly name: string;
  /** Scheme without `+http`. */
  readonly scheme: string;
  /** Host with its port. */
  readonly host: string;
  /** Path such as `/v1`, without a slash at the end. The path may be empty. */
  readonly path: string;
  /** URL of the API, which is `https://host/path`, or `http://…` for `scheme+http`. */
  readonly baseURL: string;
  readonly token: string | undefined;
  /** Query parameters, except those that describe data handling. */
  readonly params: Readonly<Record<string, string>>;
  /** Data handling from `data_region`, `data_retention_days` and `data_trains_on`. Each replaces the provider's member. */
  readonly data?: DataHandling | undefined;
}

/** API key, or a function that returns the key for each attempt. `rejected` is the key that just received a 401. */
export type Credential =
  | string
  | ((context: {
      readonly signal: AbortSignal;
      readonly rejected: string | undefined;
    }) => string | Promise<string>);

/** Options of every `create…` function, if its SDK supports them. A missing key fails only the call that needs it. */
export interface ProviderOptions {
  /** Id of the provider, which is the text before the first slash of a target. @default the vendor's name */
  readonly id?: string | undefined;
  /** API key. @default the vendor's usual variable in `env` */
  readonly apiKey?: Credential | undefined;
  /** URL of the API, such as `http://127.0.0.1:8080/v1`. Ends with `/v1` if the default URL of the vendor's SDK does. */
  readonly baseURL?: string | undefined;
  /** Headers of every request. These headers take precedence over those of `createMajordomo`. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** `fetch` function. @default the `fetch` of `createMajordomo`, otherwise the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Time limits of all models, which replace the provider's defaults one by one. Limits of the caller take precedence. */
  readonly timeouts?: Timeouts | undefined;
  /**
   * Vendor whose prices apply, for example the gateway at `baseURL`; see `Provider.vendor`.
   * @default the vendor of the package
   */
  readonly vendor?: string | undefined;
  /** Payment of calls; see `Provider.billing`. */
  readonly billing?: Billing | undefined;
  /**
   * Data handling that only the application knows, for example from a contract that excludes storage. Each member replaces the
   * member that the provider declares.
   */
  readonly data?: DataHandling | undefined;
}

/** Model in the list of a provider. */
export interface ModelInfo {
  readonly id: string;
  readonly provider: string;
  readonly capabilities: Capabilities;
}

/**
 * Access to the models of a vendor or server. `id` is the text before the slash of a target.
 *
 * `Id` is the type of the id. `ModelId` is the type of the ids of the chat models, whose literals editors suggest. It contains
 * `string & {}`, because the provider accepts any id.
 */
export interface Provider<Id extends string = string, ModelId extends string = string> {
  /** Version of this interface. Other versions are rejected. */
  readonly spi: 1;
  readonly id: Id;
  /** Vendor whose prices and conventions apply, by its name in the catalog, such as `amazon-bedrock`. Absent if unknown. */
  readonly vendor?: string | undefined;
  /** Payment of calls. `included`: no prices apply, because a subscription or the operator's hardware serves the calls. */
  readonly billing?: Billing | undefined;
  /**
   * Declared data handling of the endpoint. A function receives a model id and the environment of `createMajordomo`, which may
   * contain a region or an address. It is called before each attempt and must not throw.
   */
  readonly data?: DataHandling | ((modelId: string, env: Env) => DataHandling | undefined) | undefined;
  /**
   * Returns a model for any id, without I/O. This function must not throw, because the vendor rejects unknown ids at the call.
   *
   * @param env environment of `createMajordomo`, for families that depend on a base URL in this environment
   */
  model(modelId: ModelId, env?: Env): Model;
  /** Returns an image model for any id. Absent if the provider has no image models. */
  imageModel?(modelId: string): ImageBackend;
  /** Returns an embedding model for any id. Absent if the provider has no embedding models. */
  embeddingModel?(modelId: string): EmbeddingBackend;
  /** Returns a transcription model for any id. Absent if the provider has no transcription models. */
  transcriptionModel?(modelId: string): TranscriptionBackend;
  /** Returns a speech model for any id. Absent if the provider has no speech models. */
  speechModel?(modelId: string): SpeechBackend;
  /** Returns a rerank model for any id. Absent if the provider has no rerank models. */
  rerankModel?(modelId: string): RerankBackend;
  /** Returns a moderation model for any id. Absent if the provider has no moderation models. */
  moderationModel?(modelId: string): ModerationBackend;
  /** Returns a classification model, without I/O. Absent, or `undefined` for a model, if the vendor has no classification API. */
  classificationModel?(modelId: string, env?: Env): ClassificationBackend | undefined;
  /**
   * Returns the vendor's batch API for a model, without I/O. Absent, or `undefined` for a model or operation, if batches are not
   * available. A provider with this function must send requests over `ModelContext.exchange` if `exchange` is set.
   */
  batch?(modelId: string, operation: 'chat' | 'embedding', env?: Env): BatchBackend | undefined;
  /**
   * Returns the vendor's API for background chats of a model, without I/O. Absent, or `undefined` for a model, if it has none. A
   * provider with this function must send requests over `ModelContext.exchange` if `exchange` is set.
   */
  background?(modelId: string, env?: Env): BackgroundBackend | undefined;
  /** Returns the vendor's API for videos of a model, without I/O. Absent, or `undefined` for a model, if it generates no videos. */
  videoModel?(modelId: string, env?: Env): VideoBackend | undefined;
  /**
   * Returns the vendor's file storage from which a model can read, without I/O. Absent, or `undefined` for a model, if content must be
   * in the request. A provider with this function must send a part with `file` by reference.
   */
  files?(modelId: string, env?: Env): FileBackend | undefined;
  /** Functions that create a provider from an `LLM_*` DSN, by scheme. */
  readonly schemes?: { readonly [scheme: string]: (dsn: Dsn) => Provider } | undefined;
  /** Returns the models that the API lists. Absent if the API has no list of models. */
  listModels?(context: Omit<ModelContext, 'delivery'>): Promise<readonly ModelInfo[]>;
}

/** Converter of media to a target's limits, such as that in `@majordomo/media`. A conversion starts from the original bytes. */
export interface MediaFitter {
  /**
   * Returns an image within the limits, or the same part if the image fits. Reports changes to `warn`, for
   * `ChatResponse.warnings`. Throws `unsupported` for an image that cannot fit this target, so that the chain advances, and
   * `invalid-request` for an image that no target accepts.
   */
  fit(
    image: ImagePart,
    limits: ImageLimits,
    signal: AbortSignal,
    warn?: (warning: Warning) => void,
  ): Promise<ImagePart>;
  /** Returns the number of pages of a PDF; `undefined` if the number is not known. Called if the target limits pages, and to estimate a cost. */
  pages?(file: FilePart, signal: AbortSignal): Promise<number | undefined>;
  /** Returns the duration of a recording in milliseconds, or `undefined` if the duration is not known. */
  durationMs?(recording: Uint8Array): number | undefined | Promise<number | undefined>;
}
