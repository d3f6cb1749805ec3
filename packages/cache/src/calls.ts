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
import { readObject } from '@majordomo/core/toolkit';
import { Flight } from './flight.ts';
import { Flights, type Joined } from './flights.ts';
import { keyOf, termsOf } from './key.ts';
import type { CacheOptions } from './options.ts';
import type { Opened } from './reader.ts';
import { replayed } from './replayed.ts';
import { TeeStream } from './tee-stream.ts';
import { asShared, Shelf } from './shelf.ts';
import { unfit } from './unfit.ts';

/** A request for a value. */
export type ObjectRequest<T> = TypedRequest<T> | JsonSchemaRequest;

/** An answer, and whether it was kept: then nobody was asked for it. */
interface Found {
  readonly answer: ChatResponse;
  readonly isKept: boolean;
}

/** Calls of one model: each is looked up, joined to an equal one under way, or asked and kept. */
export class CachedCalls {
  private readonly model: ChatModel;
  private readonly namespace: CacheOptions['namespace'];
  private readonly shelf: Shelf;
  private readonly answers = new Flights<Found>();
  private readonly streams = new Flights<Opened<StreamEvent, ChatResponse>>();

  constructor(model: ChatModel, options: CacheOptions) {
    this.model = model;
    this.namespace = options.namespace;
    this.shelf = new Shelf(options);
  }

  async answer(request: ChatRequest, call: CallOptions = {}): Promise<ChatResponse> {
    const key = await this.keyOf('answer', request, call);
    if (key === undefined) return this.model.generate(request, call);
    const { answer } = await this.found(key, call, (options) => this.model.generate(request, options));
    return answer;
  }

  async object<T>(request: ObjectRequest<T>, call: CallOptions = {}): Promise<ObjectResponse<T>> {
    const ask = (options: CallOptions): Promise<ObjectResponse<T>> =>
      this.model.generateObject(request as TypedRequest<T>, options);
    const key = await this.keyOf('object', request, call);
    if (key === undefined) return ask(call);
    const { answer, isOwn } = await this.found(key, call, ask);
    if (isOwn) return answer as ObjectResponse<T>;
    // The schema may have changed what it accepted: the value is read from the text once more.
    return (await withValue(answer, request)) ?? ask(call);
  }

  async stream(
    request: ChatRequest,
    call: CallOptions = {},
  ): Promise<Joined<Opened<StreamEvent, ChatResponse>>> {
    const key = await this.keyOf('answer', request, call);
    if (key === undefined) return alone((signal) => Promise.resolve(this.opened(request, call, signal)));
    const joined = this.streams.join(under(key, call), async (signal, landed) => {
      const kept = await this.shelf.take(key, signal);
      this.shelf.tell(kept === undefined ? 'miss' : 'hit', key);
      if (kept === undefined)
        return this.opened(request, call, signal, (response) => {
          if (response === undefined) landed();
          else this.keep(key, response, call, landed);
        });
      landed();
      return { kept, events: replayed(kept) };
    });
    if (!joined.isFirst) this.shelf.tell('hit', key);
    return joined;
  }

  async objectStream<T>(
    request: TypedRequest<T>,
    call: CallOptions = {},
  ): Promise<Joined<Opened<DeepPartial<T>, ObjectResponse<T>>>> {
    const key = await this.keyOf('object', request, call);
    return alone(async (signal): Promise<Opened<DeepPartial<T>, ObjectResponse<T>>> => {
      const kept = key === undefined ? undefined : await this.keptObject<T>(key, request, signal);
      if (kept !== undefined) return { kept, events: [kept.value as DeepPartial<T>] };
      const source = {
        open: (own: AbortSignal) => this.model.streamObject(request, { ...call, signal: own }),
        isLast: () => false,
        onEnd: (response: ObjectResponse<T> | undefined) => {
          if (key !== undefined && response !== undefined) this.keep(key, response, call);
        },
      };
      return { shared: new TeeStream<DeepPartial<T>, ObjectResponse<T>>(source, signal) };
    });
  }

  private opened(
    request: ChatRequest,
    call: CallOptions,
    signal: AbortSignal,
    onEnd: (response: ChatResponse | undefined) => void = () => undefined,
  ): Opened<StreamEvent, ChatResponse> {
    const source = {
      open: (own: AbortSignal) => this.model.stream(request, { ...call, signal: own }),
      isLast: ({ type }: StreamEvent) => type === 'finish',
      onEnd,
    };
    return { shared: new TeeStream(source, signal) };
  }

  /** From the store, from an equal call under way, or from the model. */
  private async found(
    key: string,
    call: CallOptions,
    ask: (options: CallOptions) => Promise<ChatResponse>,
  ): Promise<{ readonly answer: ChatResponse; readonly isOwn: boolean }> {
    const { flight, isFirst } = this.answers.join(
      under(key, call),
      async (signal, landed): Promise<Found> => {
        const kept = await this.shelf.take(key, signal);
        if (kept !== undefined) {
          landed();
          return { answer: kept, isKept: true };
        }
        this.shelf.tell('miss', key);
        const answer = await ask({ ...call, signal });
        this.keep(key, answer, call, landed);
        return { answer, isKept: false };
      },
    );
    const { answer, isKept } = await flight.heard(flight.result, call.signal);
    const isOwn = isFirst && !isKept;
    if (!isOwn) this.shelf.tell('hit', key);
    return { answer: isFirst ? answer : isKept ? structuredClone(answer) : asShared(answer), isOwn };
  }

  private async keptObject<T>(
    key: string,
    request: ObjectRequest<T>,
    signal: AbortSignal,
  ): Promise<ObjectResponse<T> | undefined> {
    const answer = await this.shelf.take(key, signal);
    const kept = answer && (await withValue(answer, request));
    this.shelf.tell(kept === undefined ? 'miss' : 'hit', key);
    return kept;
  }

  /** `undefined` where the answer can have no place: then the model is asked as if there were no store. */
  private async keyOf(
    kind: 'answer' | 'object',
    request: ChatRequest | ObjectRequest<unknown>,
    { tenant, signal }: CallOptions,
  ): Promise<string | undefined> {
    if (signal?.aborted === true) return undefined;
    try {
      return await keyOf({ kind, spec: this.model.spec, request, tenant }, this.namespace);
    } catch (error) {
      this.shelf.tell('skipped', '', messageOf(error));
      return undefined;
    }
  }

  /** Nobody waits for the store: equal calls find the flight until the answer is in its place. */
  private keep(
    key: string,
    answer: ChatResponse,
    { waitUntil }: CallOptions,
    landed = (): void => undefined,
  ): void {
    const why = unfit(answer);
    if (why !== undefined) {
      this.shelf.tell('skipped', key, why);
      landed();
      return;
    }
    const kept = this.shelf.put(key, answer).finally(landed);
    waitUntil?.(kept);
  }
}

/** One on the same terms is shared; the key alone says what is asked. */
const under = (key: string, call: CallOptions): string => `${termsOf(call)} ${key}`;

const alone = <T>(begin: (signal: AbortSignal) => Promise<T>): Joined<T> => ({
  flight: new Flight(begin),
  isFirst: true,
});

async function withValue<T>(
  answer: ChatResponse,
  { output }: ObjectRequest<T>,
): Promise<ObjectResponse<T> | undefined> {
  const checked = await readObject<T>(answer.text, output);
  return 'value' in checked ? { ...answer, value: checked.value } : undefined;
}
