import {
  systemClock,
  type CallOptions,
  type ChatModel,
  type ChatRequest,
  type ChatResponse,
  type DeepPartial,
  type ObjectResponse,
  type ObjectStream,
  type StreamEvent,
  type TypedRequest,
} from '@majordomo/core';
import {
  callSite,
  EventStream,
  partialOf,
  PulledStream,
  copyWithCallSite,
  type CallSite,
  type Ending,
} from '@majordomo/core/toolkit';
import { CachedCalls, type ObjectRequest } from './calls.ts';
import { checkOptions, type CacheOptions } from './options.ts';
import { Reader, type SharedView } from './reader.ts';
import { asShared } from './response-store.ts';

/**
 * Returns a model that answers from the store if possible. Equal calls in progress share one request. Only complete responses
 * are stored. A response from the store or from another call has a warning, no attempts and no usage.
 *
 * Throws `config` for invalid options. If the store fails, hangs or returns invalid data, the call is sent to the model.
 */
export function cached(model: ChatModel, options: CacheOptions): ChatModel {
  checkOptions(model, options);
  const calls = new CachedCalls(model, options);
  const { clock = systemClock } = options;

  const generate: ChatModel['generate'] = (request, call) =>
    withCallSite(callSite(generate), calls.answer(request, call));

  const generateObject = <T>(request: ObjectRequest<T>, call?: CallOptions): Promise<ObjectResponse<T>> =>
    withCallSite(callSite(generateObject), calls.object(request, call));

  // `unreadMs` is infinite, because the stream of the model already detects a reader that has stopped.
  const stream = (request: ChatRequest, call?: CallOptions): EventStream => {
    const how = { site: callSite(stream), signal: call?.signal, view: CHAT };
    return new EventStream((onEnd) => new Reader(() => calls.stream(request, call), how, onEnd), {
      clock,
      unreadMs: Infinity,
      mayRestart: call?.afterCommit === 'restart',
    });
  };

  const streamObject = <T>(request: TypedRequest<T>, call?: CallOptions): ObjectStream<T> => {
    // Streams of typed values are not shared.
    const how = { site: callSite(streamObject), signal: call?.signal, view: undefined };
    return new PulledStream(
      (onEnd: (ending: Ending<ObjectResponse<T>>) => void) =>
        new Reader<DeepPartial<T>, ObjectResponse<T>>(() => calls.objectStream(request, call), how, onEnd),
      clock,
      Infinity,
    );
  };

  return {
    spec: model.spec,
    generate,
    generateObject,
    // The cast is necessary, because the overloads exclude events that some options make impossible.
    stream: stream as ChatModel['stream'],
    streamObject,
  };
}

/** View of a stream for calls that joined another call. It contains no usage, because only the other call used tokens. */
const CHAT: SharedView<StreamEvent, ChatResponse> = {
  event: (event) => (event.type === 'finish' ? { ...event, usage: undefined } : event),
  response: asShared,
  partial: partialOf,
};

/** Adds the application's call site to errors, even if another call sent the request. */
const withCallSite = <T>(site: CallSite, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw copyWithCallSite(site, error);
  });
