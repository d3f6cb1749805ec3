import type { LlmError } from '../error/llm-error.ts';
import type { CallEvent, CallInfo, CallOptions, ChainOptions } from './call.ts';
import type { Clock } from './clock.ts';
import type { StreamEvent } from './event.ts';
import type { AttemptInfo, Gate } from './gate.ts';
import type { Health, HealthOptions } from './health.ts';
import type { ImageModel } from './image.ts';
import type { JsonObject, JsonValue } from './json.ts';
import type { MediaFitter } from './media.ts';
import type { ModelInfo, Provider } from './provider.ts';
import type { ChatRequest } from './request.ts';
import type { ChatResponse } from './response.ts';
import type { ObjectSchema } from './schema.ts';

/**
 * Lazy: nothing is sent before the first read. `response()` drains what nobody reads, otherwise it waits for the
 * reader (awaiting it inside the loop would wait for ever); after a break it rejects as `aborted`, code `abandoned`.
 * A second iteration is a `config` error.
 */
export interface ChatStream extends AsyncIterable<StreamEvent> {
  response(): Promise<ChatResponse>;
}

export interface ObjectResponse<T> extends ChatResponse {
  readonly value: T;
}

/** Whole snapshots of the value so far. */
export interface ObjectStream<T> extends AsyncIterable<DeepPartial<T>> {
  response(): Promise<ObjectResponse<T>>;
}

export type DeepPartial<T> = T extends readonly (infer U)[]
  ? readonly DeepPartial<U>[]
  : T extends object
    ? { readonly [K in keyof T]?: DeepPartial<T[K]> | undefined }
    : T;

export type TypedRequest<T> = Omit<ChatRequest, 'output'> & { readonly output: ObjectSchema<T> };
export type JsonSchemaRequest = Omit<ChatRequest, 'output'> & { readonly output: JsonObject };

/** One target or a chain of them: the same interface. */
export interface ChatModel {
  readonly spec: string;
  generate(request: ChatRequest, options?: CallOptions): Promise<ChatResponse>;
  stream(request: ChatRequest, options?: CallOptions): ChatStream;
  generateObject<T>(request: TypedRequest<T>, options?: CallOptions): Promise<ObjectResponse<T>>;
  generateObject(request: JsonSchemaRequest, options?: CallOptions): Promise<ObjectResponse<JsonValue>>;
  streamObject<T>(request: TypedRequest<T>, options?: CallOptions): ObjectStream<T>;
}

/** Says what a bare name means; `undefined` = not mine. */
export type Resolver = (
  name: string,
  context: { readonly call: CallInfo | undefined; readonly signal: AbortSignal },
) => string | undefined | Promise<string | undefined>;

export interface MajordomoOptions {
  readonly providers: readonly Provider[];
  readonly aliases?: { readonly [name: string]: string } | undefined;
  /** Asked after the aliases, in order. */
  readonly resolvers?: readonly Resolver[] | undefined;
  /** Only its string members are read. */
  readonly env?: object | undefined;
  /** For every provider, also those built from DSNs. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly chain?: ChainOptions | undefined;
  readonly health?: HealthOptions | undefined;
  readonly gates?: readonly Gate[] | undefined;
  readonly media?: MediaFitter | undefined;
  readonly onEvent?: ((event: CallEvent) => void) | undefined;
  /** Runs every attempt inside it (tracing context); must call `run` once and return what it returns. */
  readonly around?: (<T>(attempt: AttemptInfo, run: () => T) => T) | undefined;
  readonly clock?: Clock | undefined;
  /** In [0, 1); for jitter. */
  readonly random?: (() => number) | undefined;
}

export interface SpecElement {
  readonly kind: 'target' | 'name';
  readonly text: string;
  /** Characters from the start of the spec. */
  readonly offset: number;
}

export interface Majordomo {
  /** Parses at once, resolves at every call. Throws `config` for a spec that is no spec. */
  model(spec: string): ChatModel;
  imageModel(spec: string): ImageModel;
  /** Sets what a name means, or forgets it. */
  alias(name: string, spec: string | undefined): void;
  resolver(resolver: Resolver): void;
  parse(spec: string): readonly SpecElement[];
  /** Reads `LLM_*` DSNs besides those of `options.env`; returns what looked like one and was not. */
  loadEnv(env: object): readonly LlmError[];
  listModels(
    provider: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): Promise<readonly ModelInfo[]>;
  /** A view with other aliases, gates, providers or chain options, and the same health. */
  with(options: Omit<Partial<MajordomoOptions>, 'health' | 'clock' | 'random'>): Majordomo;
  readonly health: Health;
}
