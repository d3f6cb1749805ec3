import type {
  CallEvent,
  CallInfo,
  CallOptions,
  ChainOptions,
  Clock,
  PolicyOverrides,
  Timeouts,
  WaitUntil,
} from './call-options.ts';
import type { StreamEvent } from './events.ts';
import type { AttemptInfo, Gate } from './gate.ts';
import type { Health, HealthOptions, TargetHealth } from './health.ts';
import type { Billing, LlmError } from './llm-error.ts';
import type { EmbeddingModel, ImageModel, SpeechModel, TranscriptionModel } from './operations.ts';
import type { Capabilities, MediaFitter, ModelInfo, Provider } from './provider.ts';
import type { ChatRequest } from './request.ts';
import type { ChatResponse } from './response.ts';
import type { JsonObject, JsonValue, ObjectSchema } from './schema.ts';

/**
 * Lazy: nothing is sent before the first read. `response()` drains what nobody reads, otherwise it waits for the
 * reader (awaiting it inside the loop would wait for ever); after a break it rejects as `aborted`, code `abandoned`.
 * A second iteration is a `config` error.
 */
export interface ChatStream<Event = StreamEvent> extends AsyncIterable<Event> {
  /** The whole answer, once the stream has ended; rejects with what the stream threw. */
  response(): Promise<ChatResponse>;
  /**
   * The text alone, as it comes: read instead of the events, and lazy as they are. A `config` error under
   * `afterCommit: 'restart'`, where text may be taken back.
   */
  readonly textStream: AsyncIterable<string>;
}

/** An answer with the value that it holds. */
export interface ObjectResponse<T> extends ChatResponse {
  /** Checked by the schema and as it returned it. */
  readonly value: T;
}

/** Whole snapshots of the value so far. */
export interface ObjectStream<T> extends AsyncIterable<DeepPartial<T>> {
  /** The checked value; rejects as `invalid-output` when the last round did not fit. */
  response(): Promise<ObjectResponse<T>>;
}

/** A value under way: members may be missing at any depth. */
export type DeepPartial<T> = T extends readonly (infer U)[]
  ? readonly DeepPartial<U>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

/** A chat request whose answer follows a schema that also validates. */
export type TypedRequest<T> = Omit<ChatRequest, 'output'> & { readonly output: ObjectSchema<T> };
/** A chat request whose answer follows a JSON Schema: its value is typed as JSON, no more. */
export type JsonSchemaRequest = Omit<ChatRequest, 'output'> & { readonly output: JsonObject };

/** One target or a chain of them: the same interface. */
export interface ChatModel {
  /** The spec that it was made from. */
  readonly spec: string;
  /** A whole answer. Failover is invisible; throws an `LlmError`. */
  generate(request: ChatRequest, options?: CallOptions): Promise<ChatResponse>;
  /** The answer as events, as they arrive; nothing is sent before the first read. */
  stream(
    request: ChatRequest,
    options: CallOptions & { readonly afterCommit: 'error' | 'restart' },
  ): ChatStream<Exclude<StreamEvent, { readonly type: 'continued' }>>;
  stream(request: ChatRequest, options?: CallOptions): ChatStream;
  /** A value that fits the schema; throws `invalid-output` when no target gave one. */
  generateObject<T>(request: TypedRequest<T>, options?: CallOptions): Promise<ObjectResponse<T>>;
  /** With a JSON Schema the value is JSON that was checked against it, apart from `pattern` and `format`. */
  generateObject(request: JsonSchemaRequest, options?: CallOptions): Promise<ObjectResponse<JsonValue>>;
  /** The value as it grows, unchecked; `response()` gives the checked one. */
  streamObject<T>(request: TypedRequest<T>, options?: CallOptions): ObjectStream<T>;
}

/** Of a name: how its targets are asked, below what the caller says. */
export interface TargetSettings extends Pick<
  ChatRequest,
  'maxTokens' | 'temperature' | 'topP' | 'stop' | 'seed' | 'reasoning' | 'cache' | 'extra'
> {
  readonly timeouts?: Timeouts | undefined;
  /** Rows of the policy that are to differ for these targets. */
  readonly policy?: PolicyOverrides | undefined;
}

/** What a name may stand for instead of a spec alone. Of names within names the outer one has the say. */
export interface NamedSpec {
  readonly spec: string;
  readonly with?: TargetSettings | undefined;
}

/** Says what a bare name means; `undefined` = not mine. */
export type Resolver = (
  name: string,
  context: {
    readonly call: CallInfo | undefined;
    /** What is asked for, as the app wrote it; `undefined` where only the meaning is asked. */
    readonly request: ChatRequest | undefined;
    /** The view that asks. To resolve a name that is being resolved is a `config` error, as any circle is. */
    readonly majordomo: Pick<Majordomo, 'resolve' | 'health'>;
    /** The names that this one stands in, the outermost first; `[]` where it stands in the spec itself. */
    readonly path: readonly string[];
    readonly signal: AbortSignal;
  },
) => string | NamedSpec | undefined | Promise<string | NamedSpec | undefined>;

/** All that a majordomo knows: nothing comes from the process around it. */
export interface MajordomoOptions {
  /**
   * What the `create…` functions of provider packages return. An id that is there twice is a `config` error.
   */
  readonly providers: readonly Provider[];
  /** Names for specs. They may name each other; a circle is a `config` error. */
  readonly aliases?: { readonly [name: string]: string | NamedSpec } | undefined;
  /** Asked after the aliases, in order. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /**
   * Where keys and `LLM_*` DSNs are looked up, such as `process.env`: core never looks there by itself. Only string members
   * are read.
   */
  readonly env?: object | undefined;
  /** For every provider, also those built from DSNs. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** For every request to every provider; a provider's own win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How chains are walked; a call may differ. */
  readonly chain?: ChainOptions | undefined;
  /** When targets are benched. */
  readonly health?: HealthOptions | undefined;
  /** Asked before every attempt, in order; what they permitted is settled in reverse. */
  readonly gates?: readonly Gate[] | undefined;
  /** Makes images fit each target. Without one an image beyond the limits passes the target over. */
  readonly media?: MediaFitter | undefined;
  /** What happens in all calls. */
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /** Runs every attempt inside it (tracing context); must call `run` once and return what it returns. */
  readonly around?: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  /** Is given what continues after answers, such as a Worker's `ctx.waitUntil`; see `CallOptions.waitUntil`. */
  readonly waitUntil?: WaitUntil | undefined;
  /** Time, for tests: `fakeClock` of `@majordomo/testing`. */
  readonly clock?: Clock | undefined;
  /** In [0, 1); for jitter. */
  readonly random?: (() => number) | undefined;
}

/** One element of a spec, as it was written. */
export interface SpecElement {
  /** `provider/model`, or a bare name. */
  readonly kind: 'target' | 'name';
  readonly text: string;
  /** Characters from the start of the spec. */
  readonly offset: number;
}

/** For whom a spec is resolved: what resolvers are told of the call that it would be. */
export interface ResolveOptions {
  /** What would be asked. */
  readonly request?: ChatRequest | undefined;
  /** Who would ask. */
  readonly tenant?: string | undefined;
  /** Anything, as in the options of a call. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Ends the wait for a resolver. */
  readonly signal?: AbortSignal | undefined;
}

/** One target of a spec, with what is known of it before it is asked. */
export interface ResolvedTarget {
  /** `provider/model`. */
  readonly target: string;
  /** Whose prices, facts and conventions hold, as the provider says; `undefined`: unknown. */
  readonly vendor: string | undefined;
  /** How its calls are paid where no price applies, as the provider says. */
  readonly billing: Billing | undefined;
  /** What stands after the first slash. */
  readonly model: string;
  readonly capabilities: Capabilities;
  /** `undefined`: never in trouble. */
  readonly health: TargetHealth | undefined;
}

/** Knows providers and names, and gives the models that they stand for. Made by `createMajordomo`. */
export interface Majordomo {
  /** Parses at once, resolves at every call. Throws `config` for a spec that cannot be parsed. */
  model(spec: string): ChatModel;
  /** The same for models that draw. */
  imageModel(spec: string): ImageModel;
  /** The same for models that make vectors. */
  embeddingModel(spec: string): EmbeddingModel;
  /** The same for models that write down what is said. */
  transcriptionModel(spec: string): TranscriptionModel;
  /** The same for models that speak. */
  speechModel(spec: string): SpeechModel;
  /** Sets what a name means, or forgets it. */
  alias(name: string, spec: string | NamedSpec | undefined): void;
  /** Adds a resolver behind those that are there. */
  resolver(resolver: Resolver): void;
  /**
   * The elements of a spec, without looking up what they mean. Throws `config` for a spec that cannot be parsed.
   */
  parse(spec: string): readonly SpecElement[];
  /**
   * What a spec means now, in the order in which it would be tried, benched targets included. Asks nobody but the
   * resolvers. Throws `config` for what a call would refuse, with the character as `details.path`.
   */
  resolve(spec: string, options?: ResolveOptions): Promise<readonly ResolvedTarget[]>;
  /** Reads `LLM_*` DSNs besides those of `options.env`; returns what looked like one and was not. */
  loadEnv(env: object): readonly LlmError[];
  /** What a provider's backend lists, where it can; otherwise `unsupported`. */
  listModels(
    provider: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly ModelInfo[]>;
  /** A view with other aliases, gates, providers or chain options, and the same health. */
  with(options: Omit<Partial<MajordomoOptions>, 'health' | 'clock' | 'random'>): Majordomo;
  /** Shared by every view. */
  readonly health: Health;
}
