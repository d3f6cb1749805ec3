import type { Timeouts } from './call-options.ts';
import type { ModelEvent } from './events.ts';
import type { Billing, Recovery } from './llm-error.ts';
import type { FilePart, ImagePart } from './messages.ts';
import type {
  EmbeddingRequest,
  EmbeddingResponse,
  ImageRequest,
  ImageResponse,
  SpeechRequest,
  SpeechStep,
  TranscriptionRequest,
  TranscriptionResponse,
} from './operations.ts';
import type { ModelRequest } from './request.ts';
import type { Warning } from './response.ts';
import type { Usage } from './usage.ts';

/** String variables handed to `createMajordomo`; packages never read `process.env`. */
export type Env = { readonly [name: string]: string | undefined };

/** What a provider is told about the attempt that it serves. */
export interface ModelContext {
  /** `provider/model`, for events and errors. */
  readonly target: string;
  /** `whole` only where `Model.whole` said so and nobody wants deltas. */
  readonly delivery: 'deltas' | 'complete';
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
  /**
   * Reports usage before the `finish` event. A failed or aborted attempt retains the last reported usage; the usage of
   * `finish` replaces it.
   */
  reportUsage?(usage: Usage): void;
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
  isNonStreaming?(request: ModelRequest): boolean;
  /** Events one by one or in batches; an empty batch is a sign of life. The first step ends `connectMs`. */
  stream(request: ModelRequest, context: ModelContext): AsyncIterable<ModelEvent | readonly ModelEvent[]>;
}

/** One image model at one endpoint. */
export interface ImageBackend {
  readonly id: string;
  /** Of pictures to start from: they are made to fit, or the target is passed over. `undefined`: sent as they are. */
  readonly images?: ImageLimits | false | undefined;
  /** Its own defaults; the caller's win. A drawing is one wire call: only `completeMs` and `totalMs` run. */
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
  /** Its own defaults; the caller's win. A request is one wire call: only `completeMs` and `totalMs` run. */
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
  /** Its own defaults; the caller's win. A recording is one wire call: only `completeMs` and `totalMs` run. */
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

/** What a model can take. `undefined` means unknown: the request is sent and the wire decides. */
export interface Capabilities {
  /** Does it call tools? */
  readonly tools?: boolean | undefined;
  /** `false`: none at all. */
  readonly images?: ImageLimits | false | undefined;
  /** MIME types of documents it reads, and of video where it sees that. */
  readonly files?: readonly string[] | false | undefined;
  /** MIME types of audio that it hears. */
  readonly audio?: readonly string[] | false | undefined;
  /** How large those documents may be. */
  readonly fileLimits?: FileLimits | undefined;
  /** How it keeps to a schema: natively, by a forced tool call, or by being told. */
  readonly output?: 'native' | 'tool' | 'instruct' | false | undefined;
  /** Does it think, and can it be told how much? */
  readonly reasoning?: boolean | undefined;
  /** May the last message be the assistant's, to be continued? */
  readonly prefill?: boolean | undefined;
  /** Tokens. */
  readonly contextTokens?: number | undefined;
  /** Tokens. */
  readonly maxOutputTokens?: number | undefined;
}

/** How images must be for a target to take them. */
export interface ImageLimits {
  /** MIME types. */
  readonly mediaTypes: readonly string[];
  /** Bytes of one image, before base64. */
  readonly maxBytes: number;
  /** Pixels of the longer edge. */
  readonly maxEdge?: number | undefined;
  /** Images in one request. */
  readonly maxCount?: number | undefined;
  /** Bytes of all images of a request. */
  readonly maxTotalBytes?: number | undefined;
  /** Tighter edges for requests with many images. */
  readonly rules?: readonly { readonly whenCountAbove: number; readonly maxEdge: number }[] | undefined;
}

/** What a target takes of documents, as its vendor documents it; what is left out is not checked. */
export interface FileLimits {
  /** Documents in one request. */
  readonly maxCount?: number | undefined;
  /** Bytes of one document, before base64. */
  readonly maxBytes?: number | undefined;
  /** Bytes of all documents of a request. */
  readonly maxTotalBytes?: number | undefined;
  /** Of PDFs alone. Pages are counted by the media fitter; without one they are not checked. */
  readonly pdf?:
    | {
        /** Bytes of one PDF, instead of the `maxBytes` of all documents. */
        readonly maxBytes?: number | undefined;
        /** Pages of one PDF. */
        readonly maxPages?: number | undefined;
        /** Pages of all PDFs of a request. */
        readonly maxTotalPages?: number | undefined;
      }
    | undefined;
}

/** Makes media fit a target's limits; `@majordomo/media` has one. Always called with the original bytes. */
export interface MediaFitter {
  /**
   * The image as the target takes it: the part itself where it fits. What was done to it goes to `warn`, and from there
   * to `ChatResponse.warnings`. Throws `unsupported` for what cannot be made to fit, so that a chain continues, and
   * `invalid-request` for what no target would take.
   */
  fit(
    image: ImagePart,
    limits: ImageLimits,
    signal: AbortSignal,
    warn?: (warning: Warning) => void,
  ): Promise<ImagePart>;
  /** Pages of a PDF; `undefined` when they cannot be told. Asked only for a target that limits them. */
  pages?(file: FilePart, signal: AbortSignal): Promise<number | undefined>;
  /** Returns the duration of a recording that is to be transcribed, in milliseconds. Undefined if it is not known. */
  durationMs?(recording: Uint8Array): number | undefined | Promise<number | undefined>;
}
