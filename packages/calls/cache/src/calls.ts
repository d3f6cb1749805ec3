import {
  messageOf,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type DeepPartial,
  type JsonSchemaRequest,
  type ObjectResponse,
  type StreamEvent,
  type TypedRequest,
} from '@majordomo/core';
import { abortable, readObject, responseEvents } from '@majordomo/core/toolkit';
import { Flight } from './flight.ts';
import { Flights, type JoinedFlight } from './flights.ts';
import { keyOf, termsOf } from './key.ts';
import type { CacheOptions } from './options.ts';
import type { OpenedStream } from './reader.ts';
import { TeeStream } from './tee-stream.ts';
import { asShared, ResponseStore } from './response-store.ts';

/** Request for a typed value or for a JSON object. */
export type ObjectRequest<T> = TypedRequest<T> | JsonSchemaRequest;

/** Response, and whether it came from the store. */
interface CachedAnswer {
  readonly answer: ChatResponse;
  readonly isStored: boolean;
}

/**
 * Calls of a model. Each call is answered from the store, joined to an equal call in progress, or sent to the model. The sharing
 * of a call ends when its response is stored or cannot be stored, so that later calls read the store.
 */
export class CachedCalls {
  private readonly model: ChatModel;
  private readonly namespace: CacheOptions['namespace'];
  private readonly responseStore: ResponseStore;
  private readonly answers = new Flights<CachedAnswer>();
  private readonly streams = new Flights<OpenedStream<StreamEvent, ChatResponse>>();

  constructor(model: ChatModel, options: CacheOptions) {
    this.model = model;
    this.namespace = options.namespace;
    this.responseStore = new ResponseStore(options);
  }

  async answer(request: ChatRequest, call: CallOptions = {}): Promise<ChatResponse> {
    const key = await this.keyOf('answer', request, call);
    if (key === undefined) return this.model.generate(request, call);
    const { answer, isOwn } = await this.lookUp(key, call, (options) =>
      this.model.generate(request, options),
    );
    if (!isOwn) this.responseStore.emit('hit', key);
    return answer;
  }

  async object<T>(request: ObjectRequest<T>, call: CallOptions = {}): Promise<ObjectResponse<T>> {
    const ask = (options: CallOptions): Promise<ObjectResponse<T>> =>
      this.model.generateObject(request as TypedRequest<T>, options);
    const key = await this.keyOf('object', request, call);
    if (key === undefined) return ask(call);
    const { answer, isOwn } = await this.lookUp(key, call, ask);
    if (isOwn) return answer as ObjectResponse<T>;
    // Parse the value again from the text, because the schema may transform the value.
    const read = await withValue(answer, request, call.signal);
    this.responseStore.emit(read === undefined ? 'miss' : 'hit', key);
    if (read !== undefined) return read;
    const response = await ask(call);
    this.store(key, response, call);
    return response;
  }

  async stream(
    request: ChatRequest,
    call: CallOptions = {},
  ): Promise<JoinedFlight<OpenedStream<StreamEvent, ChatResponse>>> {
    const key = await this.keyOf('answer', request, call);
    if (key === undefined) return unshared((signal) => Promise.resolve(this.open(request, call, signal)));
    const joined = this.streams.join(flightKey(key, call), async (signal, endSharing) => {
      const stored = await this.responseStore.get(key, signal);
      this.responseStore.emit(stored === undefined ? 'miss' : 'hit', key);
      if (stored === undefined)
        return this.open(request, call, signal, (response) => {
          if (response === undefined) endSharing();
          else this.store(key, response, call, endSharing);
        });
      endSharing();
      return { stored, events: responseEvents(stored) };
    });
    if (!joined.isFirst) this.responseStore.emit('hit', key);
    return joined;
  }

  /** Opens a typed stream, from the store or from the model. Unlike other calls, it joins no call in progress. */
  async objectStream<T>(
    request: TypedRequest<T>,
    call: CallOptions = {},
  ): Promise<JoinedFlight<OpenedStream<DeepPartial<T>, ObjectResponse<T>>>> {
    const key = await this.keyOf('object', request, call);
    return unshared(async (signal): Promise<OpenedStream<DeepPartial<T>, ObjectResponse<T>>> => {
      const stored = key === undefined ? undefined : await this.storedObject<T>(key, request, signal);
      if (stored !== undefined) return { stored, events: [stored.value as DeepPartial<T>] };
      const source = {
        open: (own: AbortSignal) => this.model.streamObject(request, { ...call, signal: own }),
        isLast: () => false,
        onEnd: (response: ObjectResponse<T> | undefined) => {
          if (key !== undefined && response !== undefined) this.store(key, response, call);
        },
      };
      return { shared: new TeeStream<DeepPartial<T>, ObjectResponse<T>>(source, signal) };
    });
  }

  private open(
    request: ChatRequest,
    call: CallOptions,
    signal: AbortSignal,
    onEnd: (response: ChatResponse | undefined) => void = () => undefined,
  ): OpenedStream<StreamEvent, ChatResponse> {
    const source = {
      open: (own: AbortSignal) => this.model.stream(request, { ...call, signal: own }),
      isLast: ({ type }: StreamEvent) => type === 'finish',
      onEnd,
    };
    return { shared: new TeeStream(source, signal) };
  }

  /** Returns a response from the store, from an equal call in progress, or from the model. */
  private async lookUp(
    key: string,
    call: CallOptions,
    ask: (options: CallOptions) => Promise<ChatResponse>,
  ): Promise<{ readonly answer: ChatResponse; readonly isOwn: boolean }> {
    const { flight, isFirst } = this.answers.join(
      flightKey(key, call),
      async (signal, endSharing): Promise<CachedAnswer> => {
        const stored = await this.responseStore.get(key, signal);
        if (stored !== undefined) {
          endSharing();
          return { answer: stored, isStored: true };
        }
        this.responseStore.emit('miss', key);
        const answer = await ask({ ...call, signal });
        this.store(key, answer, call, endSharing);
        return { answer, isStored: false };
      },
    );
    const { answer, isStored } = await flight.waitFor(flight.result, call.signal);
    const isOwn = isFirst && !isStored;
    if (isFirst) return { answer, isOwn };
    // Each further caller receives a copy, so that no caller changes the answer of another one. `get` has removed
    // the usage of a stored answer and added the warning `cached`. `asShared` does the same for an answer of the model.
    return { answer: isStored ? structuredClone(answer) : asShared(answer), isOwn };
  }

  private async storedObject<T>(
    key: string,
    request: ObjectRequest<T>,
    signal: AbortSignal,
  ): Promise<ObjectResponse<T> | undefined> {
    const answer = await this.responseStore.get(key, signal);
    const stored = answer && (await withValue(answer, request, signal));
    this.responseStore.emit(stored === undefined ? 'miss' : 'hit', key);
    return stored;
  }

  /**
   * Returns the key, or `undefined` if the response cannot be stored and the model must be called. An aborted call has no key
   * either, because the model rejects it.
   */
  private async keyOf(
    kind: 'answer' | 'object',
    request: ChatRequest | ObjectRequest<unknown>,
    { tenant, signal }: CallOptions,
  ): Promise<string | undefined> {
    if (signal?.aborted === true) return undefined;
    try {
      return await keyOf({ kind, spec: this.model.spec, request, tenant }, this.namespace);
    } catch (error) {
      this.responseStore.emit('skipped', '', messageOf(error));
      return undefined;
    }
  }

  /** Stores a response in the background. Until the response is stored, equal calls join the call in progress. */
  private store(
    key: string,
    answer: ChatResponse,
    { waitUntil }: CallOptions,
    endSharing = (): void => undefined,
  ): void {
    const why = skipReason(answer);
    if (why !== undefined) {
      this.responseStore.emit('skipped', key, why);
      endSharing();
      return;
    }
    const stored = this.responseStore.put(key, answer).finally(endSharing);
    waitUntil?.(stored);
  }
}

/** Returns the key under which simultaneous calls share a request: the store's key and the call options. */
const flightKey = (key: string, call: CallOptions): string => `${termsOf(call)} ${key}`;

const unshared = <T>(begin: (signal: AbortSignal) => Promise<T>): JoinedFlight<T> => ({
  flight: new Flight(begin),
  isFirst: true,
});

/** Returns the response with its value, or `undefined` if the schema rejects the value or the signal aborts. */
async function withValue<T>(
  answer: ChatResponse,
  { output }: ObjectRequest<T>,
  signal: AbortSignal = new AbortController().signal,
): Promise<ObjectResponse<T> | undefined> {
  const checking = readObject<T>(answer.text, output);
  const checked = await abortable(checking, signal).catch((error: unknown) => {
    if (signal.aborted) return {};
    throw error;
  });
  return 'value' in checked ? { ...answer, value: checked.value } : undefined;
}

/** Returns the reason why a response cannot be stored, or `undefined` if it can be stored. */
function skipReason({ finish, toolCalls, text }: ChatResponse): string | undefined {
  if (finish !== 'stop' && finish !== 'tool-calls') return `the response is incomplete (${finish})`;
  const invalid = toolCalls.find((call) => call.invalid !== undefined);
  if (invalid !== undefined) return `the arguments of ${invalid.name} are not JSON`;
  const ofProgram = toolCalls.find(({ programId }) => programId !== undefined);
  if (ofProgram !== undefined) return `a program of the vendor waits for the result of ${ofProgram.name}`;
  return text === '' && toolCalls.length === 0 ? 'the response is empty' : undefined;
}
