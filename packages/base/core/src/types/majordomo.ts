import type {
  CallEvent,
  CallInfo,
  CallOptions,
  ChainOptions,
  Clock,
  Decision,
  PolicyOverrides,
  Timeouts,
  WaitUntil,
} from './call-options.ts';
import type { BackgroundBackend, VideoBackend } from './background.ts';
import type { BatchBackend, BatchContext } from './batch.ts';
import type { FileReferences } from './files.ts';
import type { ChatResponse, StreamEvent, Warning } from './response.ts';
import type { AttemptInfo, Gate } from './gate.ts';
import type { Health, HealthOptions } from './health.ts';
import type { LlmError } from './llm-error.ts';
import type {
  ClassificationModel,
  EmbeddingModel,
  EmbeddingRequest,
  EmbeddingResponse,
  ImageModel,
  ModerationModel,
  RerankModel,
  SpeechModel,
  TranscriptionModel,
  VideoRequest,
} from './operations.ts';
import type { ClassificationBackend, MediaFitter, Model, ModelInfo, Provider } from './provider.ts';
import type { ChatRequest } from './request.ts';
import type { JsonObject, JsonValue, ObjectSchema } from './schema.ts';
import type { ResolvedTarget } from './target.ts';

export type { ResolvedTarget } from './target.ts';

/**
 * Response as events. Nothing is sent before the first read or `response()`. A stream can be iterated once. A second iteration
 * throws `config`. Leaving the loop closes the connection.
 *
 * @example
 * const stream = model.stream({ messages: [user('Hello')] });
 * for await (const event of stream) if (event.type === 'text-delta') process.stdout.write(event.text);
 * const { usage } = await stream.response();
 */
export interface ChatStream<Event = StreamEvent> extends AsyncIterable<Event> {
  /**
   * Resolves with the complete response when the stream has ended. The method may be called before the iteration. If no iteration
   * has begun, the method reads the stream. Do not await the method inside the loop. Rejects with the error of the stream, or
   * with kind `aborted` and code `abandoned` if the caller left the loop before the complete response had arrived.
   */
  response(): Promise<ChatResponse>;
  /**
   * Text deltas of the response, to be iterated instead of the events. If `afterCommit` is `restart`, access throws `config`,
   * because the stream cannot remove text that the caller has read.
   */
  readonly textStream: AsyncIterable<string>;
}

/** Response with its typed value. `usage` and `attempts` include all rounds. */
export interface ObjectResponse<T> extends ChatResponse {
  /** Value that the validation by the schema returned. */
  readonly value: T;
}

/** Snapshots of a value while it is generated. Each snapshot replaces the previous snapshot. */
export interface ObjectStream<T> extends AsyncIterable<DeepPartial<T>> {
  /** Resolves with the response and its validated value. Rejects with `invalid-output` if no round produced a valid value. */
  response(): Promise<ObjectResponse<T>>;
}

/** Incomplete value, whose members may be missing at any depth. */
export type DeepPartial<T> = T extends readonly (infer U)[]
  ? readonly DeepPartial<U>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/** Chat request with a schema that describes and validates the value. */
export type TypedRequest<T> = Omit<ChatRequest, 'output'> & { readonly output: ObjectSchema<T> };
/** Chat request with a JSON Schema. Its value has the type `JsonValue`. */
export type JsonSchemaRequest = Omit<ChatRequest, 'output'> & { readonly output: JsonObject };

/** Chat model, which is one target or a chain of targets. All methods throw `LlmError`. */
export interface ChatModel {
  /** Spec of the model. */
  readonly spec: string;
  /** Returns the complete response. A failover does not affect the form of the result. */
  generate(request: ChatRequest, options?: CallOptions): Promise<ChatResponse>;
  /** Returns the response as events. Nothing is sent before the first read or `response()`. */
  stream(
    request: ChatRequest,
    options: CallOptions & { readonly afterCommit: 'error' | 'restart' },
  ): ChatStream<Exclude<StreamEvent, { readonly type: 'continued' }>>;
  stream(request: ChatRequest, options?: CallOptions): ChatStream;
  /**
   * Returns a value that fits the schema. Throws `invalid-output` if no target generated such a value.
   *
   * @example
   * const { value } = await model.generateObject({ messages, output: z.object({ title: z.string() }) });
   */
  generateObject<T>(request: TypedRequest<T>, options?: CallOptions): Promise<ObjectResponse<T>>;
  /**
   * Returns a value that was checked against a JSON Schema, except for `pattern`, `patternProperties`, `format`,
   * `unevaluatedItems`, `unevaluatedProperties`, `$dynamicRef` and references to other documents.
   */
  generateObject(request: JsonSchemaRequest, options?: CallOptions): Promise<ObjectResponse<JsonValue>>;
  /** Returns unchecked snapshots of the value while it is generated. `response()` returns the validated value. */
  streamObject<T>(request: TypedRequest<T>, options?: CallOptions): ObjectStream<T>;
}

/** Settings for the targets of a name. Settings of the request and call take precedence. */
export interface TargetSettings extends Pick<
  ChatRequest,
  'maxTokens' | 'temperature' | 'topP' | 'stop' | 'seed' | 'reasoning' | 'cache' | 'extra'
> {
  /** Time limits of the attempts on these targets. */
  readonly timeouts?: Timeouts | undefined;
  /** Changes to the error policy for these targets. */
  readonly policy?: PolicyOverrides | undefined;
}

/**
 * Spec with settings, as the value of a name. If names are nested, the settings of the outer name take precedence.
 *
 * @example { spec: 'openai/gpt-5.4', with: { reasoning: 'high', timeouts: { firstContentMs: 60_000 } } }
 */
export interface NamedSpec<Spec extends string = string> {
  readonly spec: Spec;
  readonly with?: TargetSettings | undefined;
  /** Arm of an experiment, such as `canary`. Becomes `CallInfo.arms`, and has no effect on the call. */
  readonly arm?: string | undefined;
}

/**
 * Spec of a model of these providers. Editors suggest `provider/model` for the chat models that the types of the providers name.
 * Any other string is allowed, such as a chain or the name of an alias.
 */
export type ModelSpec<Providers extends readonly Provider[]> = KnownTarget<Providers[number]> | (string & {});

/** Union of `provider/model` for the chat models that the type of a provider names; `never` if it names none. */
type KnownTarget<P extends Provider> =
  P extends Provider<infer Id, (infer ModelId extends string) | (string & {})>
    ? string extends Id | ModelId
      ? never
      : `${Id}/${ModelId}`
    : never;

/** Returns the spec of a name, or `undefined` if the resolver does not know the name. */
export type Resolver = (
  name: string,
  context: {
    readonly call: CallInfo | undefined;
    /** Request of the call; `undefined` if a spec is resolved without a request. */
    readonly request: ChatRequest | undefined;
    /** View of the majordomo, for example to resolve other names. Resolving `name` within itself rejects with `config`. */
    readonly majordomo: Pick<Majordomo, 'resolve' | 'health'>;
    /** Names that led to this name, starting with the outermost. Empty if the spec of the call contains this name. */
    readonly path: readonly string[];
    readonly signal: AbortSignal;
  },
) => string | NamedSpec | undefined | Promise<string | NamedSpec | undefined>;

/** Returns the vendor's model id that is equal or similar to `id`, or `undefined` if none is. */
export type SuggestModel = (vendor: string, id: string) => string | undefined | Promise<string | undefined>;

/**
 * Options of `createMajordomo`. Nothing is read from the process implicitly. `Spec` is the type of the values of `aliases`.
 *
 * @example
 * createMajordomo({
 *   providers: [createOpenAI(), createAnthropic()],
 *   aliases: { smart: 'openai/gpt-5.4,anthropic/claude-sonnet-5' },
 *   env: process.env,
 * });
 */
export interface MajordomoOptions<
  Spec extends string = string,
  Providers extends readonly Provider[] = readonly Provider[],
> {
  /** Providers, as returned by the `create…` functions of provider packages. Duplicate ids throw `config`. */
  readonly providers: Providers;
  /** Specs by name. Aliases may refer to each other. A circular alias fails the call with a `config` error. */
  readonly aliases?: { readonly [name: string]: Spec | NamedSpec<Spec> } | undefined;
  /** Resolvers for names without an alias, in order. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /**
   * Returns the model id of a vendor that resembles an unknown one, for the errors of a model that the vendor does not know and of
   * a name without a provider. `modelSuggestions()` of `@majordomo/catalog` returns such a function. If it fails, or has no result
   * after 5 seconds, the error has no suggestion. @default no suggestions
   */
  readonly suggestModel?: SuggestModel | undefined;
  /** Environment variables with API keys and `LLM_*` DSNs, such as `process.env`. Only strings are read. @default no variables */
  readonly env?: object | undefined;
  /** `fetch` function for all providers. @default the global `fetch` */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Headers of every request. Headers of a provider take precedence. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Retry and failover options of all calls; see `ChainOptions` for each default. */
  readonly chain?: ChainOptions | undefined;
  /** Options for the benching of targets; see `HealthOptions` for each default. */
  readonly health?: HealthOptions | undefined;
  /** Gates, called in order before each attempt. Their permits are settled in reverse order. */
  readonly gates?: readonly Gate[] | undefined;
  /** Fitter that resizes images and counts pages for each target. Without it, a target is skipped for images above its limits. */
  readonly media?: MediaFitter | undefined;
  /**
   * Sends large media by reference, after one upload to each target; see `createFiles` of `@majordomo/files`.
   * @default requests contain all media
   */
  readonly files?: FileReferences | undefined;
  /**
   * Emulates classification for chat models without a classification API; see `emulateClassification` of `@majordomo/classify`.
   * Returns `undefined` for a model that has no such source of probabilities.
   * @default such targets are skipped
   */
  readonly classification?:
    | ((model: Model, basis: 'logprobs' | 'stated') => ClassificationBackend | undefined)
    | undefined;
  /** Receives the events of all calls. */
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /** Wraps each attempt, for example in a tracing context. The function must call `run` once and return the result of `run`. */
  readonly around?: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  /** Receives work that continues after a response; see `CallOptions.waitUntil`. */
  readonly waitUntil?: WaitUntil | undefined;
  /** Source of time. Tests use `fakeClock` of `@majordomo/testing`. @default systemClock */
  readonly clock?: Clock | undefined;
  /** Function that returns a random number in [0, 1), for the jitter of waits. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Target or name in a spec. */
export interface SpecElement {
  /** Whether the element is a target (`provider/model`) or a name. */
  readonly kind: 'target' | 'name';
  readonly text: string;
  /** Position in the spec, in characters from 0. */
  readonly offset: number;
}

/** Options of `resolve`. Resolvers receive these facts about the call. */
export interface ResolveOptions {
  /** Request of the call. */
  readonly request?: ChatRequest | undefined;
  /** Tenant of the call. */
  readonly tenant?: string | undefined;
  /** Arbitrary data, as in `CallOptions`. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Signal that cancels the wait for a resolver. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Majordomo.prepare`. */
export interface PrepareOptions extends Pick<
  CallOptions,
  'tenant' | 'metadata' | 'signal' | 'policy' | 'classify' | 'order'
> {
  /**
   * Work for which the request is prepared. With `background`, targets have `background`, their `attempt.data` contains the retention
   * of the job API, and `order` orders the targets of a chat. The targets of a batch are in the order of the spec.
   * @default a batch
   */
  readonly work?: 'background' | undefined;
}

/** Request for a video that is prepared for one target. */
export interface PreparedVideo {
  readonly api: VideoBackend;
  readonly request: VideoRequest;
  /** Differences from the request of the caller. */
  readonly warnings: readonly Warning[];
}

/** Target with a request that is prepared for it. */
export interface PreparedTarget {
  /** Attempt as gates receive it. Its number is 0. */
  readonly attempt: AttemptInfo;
  readonly provider: Provider;
  /** Batch API of the target for the operation of the request; `undefined` if the target has none. */
  readonly batch: BatchBackend | undefined;
  /** Job API of the target, for a chat that is prepared with `work: 'background'`; `undefined` if the target has none. */
  readonly background: BackgroundBackend | undefined;
  /** Video API of the target with the request for it; `undefined` for other requests, or if the target generates no videos. */
  readonly video: PreparedVideo | undefined;
  /** Error that states why the target cannot accept the request. Its kind is `denied` if a gate denied the attempt. */
  readonly refusal: LlmError | undefined;
  /** Returns the decision for this error, from the failover table and the overrides of the chain and the alias. */
  decide(error: LlmError): Decision;
  /**
   * Runs one non-streaming attempt over `exchange` instead of the network. Requires a provider with `batch`. Returns the answer
   * that a live call would return, or rejects with its error. `attempts` contains this attempt. May be called repeatedly.
   */
  ask(exchange: typeof globalThis.fetch): Promise<ChatResponse | EmbeddingResponse>;
  /**
   * Returns the body and headers that a non-streaming live call would send, without a credential. Requires a provider with `batch` or
   * `background`. Rejects if the target does not accept the request. May be called repeatedly.
   */
  capture(): Promise<{ readonly body: string; readonly headers: Headers }>;
  /**
   * Reads a response of the target, JSON or an event stream, as a live call with one attempt reads it. Chats only. `attempts`
   * contains this attempt. Has no timeouts.
   */
  read(answer: Response): ChatStream;
  /** Context for requests of the provider's batch API or job API. */
  readonly context: BatchContext;
}

/**
 * Registry of providers and names, created by `createMajordomo`. `Spec` is the type of the specs of chat models, from which editors
 * take suggestions. A `Majordomo` with any `Spec` is assignable to a `Majordomo`.
 */
export interface Majordomo<Spec extends string = string> {
  /** Returns the model of a spec. Each call resolves the spec again. Throws `config` for a spec that cannot be parsed. */
  model(spec: Spec): ChatModel;
  /** Returns the image model of a spec. */
  imageModel(spec: string): ImageModel;
  /** Returns the embedding model of a spec. */
  embeddingModel(spec: string): EmbeddingModel;
  /** Returns the transcription model of a spec. */
  transcriptionModel(spec: string): TranscriptionModel;
  /** Returns the speech model of a spec. */
  speechModel(spec: string): SpeechModel;
  /** Returns the rerank model of a spec. */
  rerankModel(spec: string): RerankModel;
  /** Returns the moderation model of a spec. */
  moderationModel(spec: string): ModerationModel;
  /** Returns the classification model of a spec. */
  classificationModel(spec: string): ClassificationModel;
  /** Sets the spec of a name, or removes the name if `spec` is `undefined`. */
  alias(name: string, spec: Spec | NamedSpec<Spec> | undefined): void;
  /** Adds a resolver after the existing resolvers. */
  resolver(resolver: Resolver): void;
  /** Returns the elements of a spec without resolving names. Throws `config` for a spec that cannot be parsed. */
  parse(spec: string): readonly SpecElement[];
  /**
   * Returns the targets in the order of the spec, including benched targets. Calls resolvers and sends nothing. Rejects with
   * `config` for a spec that a call would reject, with the position in `details.path`.
   */
  resolve(spec: string, options?: ResolveOptions): Promise<readonly ResolvedTarget[]>;
  /**
   * Prepares a request for each target of a chain, for work that is not sent as a call, such as a batch or a background job. Calls
   * only gates with `batches: true`. Does not change health and emits no events. Rejects as `resolve` does.
   */
  prepare(
    spec: string,
    request: ChatRequest | { readonly embedding: EmbeddingRequest } | { readonly video: VideoRequest },
    options?: PrepareOptions,
  ): Promise<readonly PreparedTarget[]>;
  /**
   * Rejects with `denied` if the gates with a `precheck` deny every target of the chain, for example because a budget is spent.
   * Call it before work that a denied call would waste, such as fetching the media of its request. `request`: the request
   * without this content. Reserves and sends nothing. The gates check the complete request when the call is made. Otherwise,
   * rejects as `resolve` does.
   */
  precheck(
    spec: string,
    request: ChatRequest,
    options?: Pick<CallOptions, 'tenant' | 'metadata' | 'signal'>,
  ): Promise<void>;
  /** Adds environment variables, such as keys and `LLM_*` DSNs. Returns an error for each invalid DSN. */
  loadEnv(env: object): readonly LlmError[];
  /** Returns the models that a provider lists. Rejects with `unsupported` if the provider's API has no list of models. */
  listModels(
    provider: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly ModelInfo[]>;
  /**
   * Returns a view with other options and the same health. Merges the members of `chain`. Replaces every other option. A function
   * for `gates` receives the present gates and returns those of the view.
   *
   * @example const tenant = majordomo.with({ gates: (gates) => [...gates, quota], chain: { attempts: 1 } });
   */
  with(
    options: Omit<Partial<MajordomoOptions>, 'health' | 'clock' | 'random' | 'gates'> & {
      readonly gates?: readonly Gate[] | ((gates: readonly Gate[]) => readonly Gate[]) | undefined;
    },
  ): Majordomo<Spec>;
  /** Health of all targets, shared by all views. */
  readonly health: Health;
}
