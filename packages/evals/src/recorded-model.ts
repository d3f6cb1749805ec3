import {
  LlmError,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type Clock,
  type DeepPartial,
  type ObjectResponse,
  type StreamEvent,
  type TypedRequest,
} from '@majordomo/core';
import { EventStream, PulledStream, readObject, responseEvents, type Ending } from '@majordomo/core/toolkit';
import type { Recorder } from './recorder.ts';
import { replayStream, sourceOf, type RecordedStream } from './recorded-stream.ts';
import type { CallKey, ObjectRequest } from './request-key.ts';
import { loadError, loadResponse } from './stored-call.ts';

/** Environment of a recorded model. */
interface RecordedModelOptions {
  readonly recorder: Recorder;
  readonly keyOf: (
    kind: 'chat' | 'object',
    request: ChatRequest | ObjectRequest<unknown>,
  ) => Promise<CallKey>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Returns a model whose calls are replayed or recorded. */
export function recordedModel(
  model: ChatModel,
  { recorder, keyOf, clock, signal }: RecordedModelOptions,
): ChatModel {
  const withSignal = (options: CallOptions = {}): CallOptions => ({
    ...options,
    signal: options.signal === undefined ? signal : AbortSignal.any([options.signal, signal]),
  });

  const openChat = async (
    request: ChatRequest,
    options?: CallOptions,
  ): Promise<RecordedStream<StreamEvent, ChatResponse>> => {
    const key = await keyOf('chat', request);
    const opened = recorder.stream(key, () => model.stream(request, withSignal(options)));
    if ('iterator' in opened) return opened;
    if (opened.error !== undefined) {
      const error = loadError(opened.error);
      const partial = LlmError.is(error) ? error.details.partial : undefined;
      return replayStream(partial ? responseEvents(partial) : [], () => Promise.reject(error));
    }
    const response = loadResponse(opened.response);
    return replayStream(responseEvents(response), () => Promise.resolve(response));
  };

  const openObject = async <T>(
    request: TypedRequest<T>,
    options?: CallOptions,
  ): Promise<RecordedStream<DeepPartial<T>, ObjectResponse<T>>> => {
    const key = await keyOf('object', request);
    const opened = recorder.stream(key, () => model.streamObject(request, withSignal(options)));
    if ('iterator' in opened) return opened;
    const error = opened.error && loadError(opened.error);
    if (error !== undefined) return replayStream([], () => Promise.reject(error));
    const response = await withValue(loadResponse(opened.response), request);
    return replayStream([response.value as DeepPartial<T>], () => Promise.resolve(response));
  };

  const stream = (request: ChatRequest, options?: CallOptions): EventStream =>
    new EventStream((onEnd) => sourceOf(openChat(request, options), onEnd), {
      clock,
      unreadMs: UNREAD_MS,
      mayRestart: options?.afterCommit === 'restart',
    });

  return {
    spec: model.spec,
    generate: async (request, options) =>
      recorder.answer(
        await keyOf('chat', request),
        () => model.generate(request, withSignal(options)),
        (response) => response,
      ),
    generateObject: async <T>(request: ObjectRequest<T>, options?: CallOptions) =>
      recorder.answer<ObjectResponse<T>>(
        await keyOf('object', request),
        () => model.generateObject(request as TypedRequest<T>, withSignal(options)),
        (response) => withValue(response, request),
      ),
    // The cast is needed because the overloads exclude events that cannot occur with some options.
    stream: stream as ChatModel['stream'],
    streamObject: <T>(request: TypedRequest<T>, options?: CallOptions) =>
      new PulledStream(
        (onEnd: (ending: Ending<ObjectResponse<T>>) => void) => sourceOf(openObject(request, options), onEnd),
        clock,
        UNREAD_MS,
      ),
  };
}

/** Disables the timeout for unread streams, because the stream of the model detects a reader that has stopped. */
const UNREAD_MS = Infinity;

/** Returns a stored response with its value, which the schema may transform. */
async function withValue<T>(response: ChatResponse, request: ObjectRequest<T>): Promise<ObjectResponse<T>> {
  const checked = await readObject<T>(response.text, request.output);
  if ('value' in checked) return { ...response, value: checked.value };
  throw new LlmError('invalid-output', `${response.spec}: the recorded value does not fit the schema`, {
    issues: checked.issues,
  });
}
