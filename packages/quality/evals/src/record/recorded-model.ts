import {
  LlmError,
  type CallEvent,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
} from '@majordomo/core';
import type { DeepPartial, ObjectResponse, PartialResponse, TypedRequest } from '@majordomo/core';
import { EventStream, PulledStream, readObject, responseEvents, toJsonSchema } from '@majordomo/core/toolkit';
import type { Ending, Source } from '@majordomo/core/toolkit';
import type { Recorder } from './recorder.ts';
import type { RecordedCall } from './recordings.ts';
import { requestKey, type ObjectRequest } from './request-key.ts';
import { loadResponse, storeResponse } from './stored-call.ts';

/** Function that returns the targets of a call, in order. */
export type TargetsOf = (request: ChatRequest, options: CallOptions) => Promise<readonly string[]>;

/** Options of `recordedModel`. */
interface RecordedModelOptions {
  readonly recorder: Recorder;
  readonly by: RecordedCall['by'];
  /** Version of the definition. */
  readonly version: string;
  readonly targetsOf: TargetsOf;
}

/** Returns a model whose calls are replayed or recorded. A stream emits its events only after the response is complete. */
export function recordedModel(
  model: ChatModel,
  { recorder, by, version, targetsOf }: RecordedModelOptions,
): ChatModel {
  const { signal, clock, onAnswer } = recorder.options;

  const answer = async (
    kind: 'chat' | 'object',
    request: ChatRequest | ObjectRequest<unknown>,
    options: CallOptions = {},
    run: (options: CallOptions) => Promise<ChatResponse>,
  ): Promise<ChatResponse> => {
    // `targetsOf` takes a chat request, and the `output` of a typed object may be the schema of a library.
    const { output: _output, ...chat } = request;
    const key = requestKey(kind, request, await targetsOf(chat, options), version);
    const signals = options.signal === undefined ? [signal] : [options.signal, signal];
    // A response does not contain the arms, so they are read from the first event of the call.
    let arms: RecordedCall['arms'];
    const onEvent = (event: CallEvent): void => {
      if (event.type === 'call-start') arms = event.call.arms;
      options.onEvent?.(event);
    };
    const call = { ...options, signal: AbortSignal.any(signals), onEvent };
    const stored = await recorder.call(
      { by, type: 'call', ...key },
      async () => storeResponse(await run(call)),
      () => arms,
    );
    // A live response is also loaded from its stored form, so that it equals the replayed one.
    const loaded = loadResponse(stored);
    const response = kind === 'object' ? await withValue(loaded, request as ObjectRequest<unknown>) : loaded;
    if (by === 'subject') onAnswer?.({ spec: model.spec, request: sentRequest(kind, request), response });
    return response;
  };

  /**
   * Returns the source of a stream's events: all of them at the first pull, and then the end of the stream or its error. The sample waits
   * for the response even if the reader stops reading.
   */
  const sourceOf = <Event, Response extends ChatResponse>(
    response: Promise<Response>,
    eventsOf: (response: Response | PartialResponse) => readonly Event[],
    onEnd: (ending: Ending<Response>) => void,
  ): Source<Event> => {
    const ending = response.then(
      (result) => {
        onEnd({ result });
        return eventsOf(result);
      },
      (error: unknown) => {
        onEnd({ error });
        return LlmError.is(error) && error.details.partial ? eventsOf(error.details.partial) : [];
      },
    );
    recorder.streams.push(ending);
    let isRead = false;
    return {
      async pull() {
        const events = isRead ? [] : await ending;
        isRead = true;
        if (events.length > 0) return events;
        // Rejects with the error of a failed call, whose partial events were returned before.
        await response;
        return undefined;
      },
      abandon: () => undefined,
    };
  };

  const stream = (request: ChatRequest, options?: CallOptions): EventStream => {
    const read = (call: CallOptions): Promise<ChatResponse> => model.stream(request, call).response();
    // An unread stream needs no time limit: the response is complete before the first event, so no connection stays open.
    return new EventStream(
      (onEnd) => sourceOf(answer('chat', request, options, read), responseEvents, onEnd),
      { clock, unreadMs: Infinity, mayRestart: options?.afterCommit === 'restart' },
    );
  };

  return {
    spec: model.spec,
    generate: (request, options) => answer('chat', request, options, (call) => model.generate(request, call)),
    generateObject: async <T>(request: ObjectRequest<T>, options?: CallOptions) => {
      const run = (call: CallOptions): Promise<ChatResponse> =>
        model.generateObject(request as TypedRequest<T>, call);
      return (await answer('object', request, options, run)) as ObjectResponse<T>;
    },
    // The cast is needed because the overloads exclude events that cannot occur with some options.
    stream: stream as ChatModel['stream'],
    streamObject: <T>(request: TypedRequest<T>, options?: CallOptions) => {
      const read = (call: CallOptions): Promise<ChatResponse> => model.streamObject(request, call).response();
      const begin = (onEnd: (ending: Ending<ObjectResponse<T>>) => void): Source<DeepPartial<T>> =>
        sourceOf(
          answer('object', request, options, read) as Promise<ObjectResponse<T>>,
          (response) => ('value' in response ? [response.value as DeepPartial<T>] : []),
          onEnd,
        );
      // `Infinity`: no time limit for an unread stream, as in `stream`.
      return new PulledStream(begin, clock, Infinity);
    },
  };
}

/** Returns a request with its schema for a typed object as JSON Schema. */
const sentRequest = (kind: 'chat' | 'object', request: ChatRequest | ObjectRequest<unknown>): ChatRequest =>
  kind === 'chat'
    ? (request as ChatRequest)
    : { ...request, output: toJsonSchema((request as ObjectRequest<unknown>).output, 'output') };

/** Returns a stored response together with its value, which the schema may transform. */
async function withValue<T>(
  response: ChatResponse,
  { output }: ObjectRequest<T>,
): Promise<ObjectResponse<T>> {
  const checked = await readObject<T>(response.text, output);
  if ('value' in checked) return { ...response, value: checked.value };
  throw new LlmError('invalid-output', `${response.spec}: the stored value fails the schema; record again`, {
    issues: checked.issues,
  });
}
