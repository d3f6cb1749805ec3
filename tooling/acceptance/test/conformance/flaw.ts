import {
  LlmError,
  type Model,
  type ModelContext,
  type ModelEvent,
  type ModelRequest,
  type Provider,
} from '@majordomo/core';
import type { Scenario } from '@majordomo/conformance';

type Stream = Model['stream'];
type Batch = readonly ModelEvent[];

/** Flaw of a provider, with the scenarios that must fail because of it. */
export interface Flaw {
  readonly name: string;
  readonly caught: readonly Scenario[];
  readonly stream: (stream: Stream, model: Model, baseURL: string) => Stream;
  /** Change of operations other than chat. */
  readonly provider?: ((provider: Provider) => Provider) | undefined;
  /** Wire that the flaw applies to. `@default all wires` */
  readonly wire?: string | undefined;
  /** Whether a call may hang. */
  readonly hangs?: boolean;
}

/** Returns a flaw of chats. `stream` changes the calls of a model. */
export const flaw = (
  name: string,
  caught: readonly Scenario[],
  stream: Flaw['stream'],
  more: Pick<Flaw, 'hangs' | 'provider' | 'wire'> = {},
): Flaw => ({ name, caught, stream, ...more });

/** Returns the provider with the flaw. */
export const flawed = (original: Provider, { stream, provider: change }: Flaw, baseURL: string): Provider => {
  const provider = change?.(original) ?? original;
  // Like a provider, the wrapper caches its models.
  const modelsById = new Map<string, Model>();
  return {
    ...provider,
    model: (id) => {
      const cachedModel = modelsById.get(id);
      if (cachedModel !== undefined) return cachedModel;
      const model = provider.model(id);
      const flawedModel = {
        ...model,
        stream: stream((request, context) => model.stream(request, context), model, baseURL),
      };
      modelsById.set(id, flawedModel);
      return flawedModel;
    },
  };
};

export async function* batches(events: AsyncIterable<ModelEvent | Batch>): AsyncGenerator<Batch> {
  for await (const step of events) yield 'type' in step ? [step] : step;
}

export const onEvents =
  (change: (event: ModelEvent, context: ModelContext) => Batch): Flaw['stream'] =>
  (stream) =>
    async function* (request, context) {
      for await (const batch of batches(stream(request, context))) {
        yield batch.flatMap((event) => change(event, context));
      }
    };

export const onRequest =
  (change: (request: ModelRequest) => ModelRequest): Flaw['stream'] =>
  (stream) =>
  (request, context) =>
    stream(change(request), context);

export const onError =
  (change: (error: LlmError, context: ModelContext) => LlmError | Batch): Flaw['stream'] =>
  (stream) =>
    async function* (request, context) {
      try {
        yield* batches(stream(request, context));
      } catch (error) {
        if (!LlmError.is(error)) throw error;
        const changed = change(error, context);
        if (LlmError.is(changed)) throw changed;
        yield changed;
      }
    };

export const finish = (target: string): ModelEvent => ({
  type: 'finish',
  target,
  reason: 'stop',
  raw: 'stop',
  usage: undefined,
});

export const eachPart = (
  request: ModelRequest,
  change: (part: never) => readonly object[],
): ModelRequest => ({
  ...request,
  messages: request.messages.map((message) => ({
    ...message,
    parts: (message.parts as readonly never[]).flatMap(change),
  })) as ModelRequest['messages'],
});

export const never: AbortSignal = new AbortController().signal;

/** Returns a flaw that replaces members of requests. */
export const requestFlaw = (
  name: string,
  caught: readonly Scenario[],
  change: (request: ModelRequest) => Partial<ModelRequest>,
): Flaw =>
  flaw(
    name,
    caught,
    onRequest((request) => ({ ...request, ...change(request) })),
  );

/** Returns a flaw that replaces each event. */
export const eventFlaw = (
  name: string,
  caught: readonly Scenario[],
  change: (event: ModelEvent, context: ModelContext) => Batch,
): Flaw => flaw(name, caught, onEvents(change));
