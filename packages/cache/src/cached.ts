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
 * The same model, answered from the store where it can be; equal calls under way share one. Only whole answers are kept. One
 * that comes from the store, or that another call has paid for, says so in `warnings` and has neither attempts nor usage.
 *
 * Throws `config` for options that cannot be meant. A store that fails, hangs or lies is a miss.
 */
export function cached(model: ChatModel, options: CacheOptions): ChatModel {
  checkOptions(model, options);
  const calls = new CachedCalls(model, options);
  const { clock = systemClock } = options;

  const generate: ChatModel['generate'] = (request, call) =>
    withCallSite(callSite(generate), calls.answer(request, call));

  const generateObject = <T>(request: ObjectRequest<T>, call?: CallOptions): Promise<ObjectResponse<T>> =>
    withCallSite(callSite(generateObject), calls.object(request, call));

  // The stream of the model notices by itself when nobody reads.
  const stream = (request: ChatRequest, call?: CallOptions): EventStream => {
    const how = { site: callSite(stream), signal: call?.signal, view: CHAT };
    return new EventStream((onEnd) => new Reader(() => calls.stream(request, call), how, onEnd), {
      clock,
      unreadMs: Infinity,
      mayRestart: call?.afterCommit === 'restart',
    });
  };

  const streamObject = <T>(request: TypedRequest<T>, call?: CallOptions): ObjectStream<T> => {
    // They are not shared.
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
    // Its overloads say of some options which events never come.
    stream: stream as ChatModel['stream'],
    streamObject,
  };
}

/** What those see of a stream who did not begin it: its tokens are another's. */
const CHAT: SharedView<StreamEvent, ChatResponse> = {
  event: (event) => (event.type === 'finish' ? { ...event, usage: undefined } : event),
  response: asShared,
  partial: partialOf,
};

/** Errors have the line of the app that made the call, whoever asked the model. */
const withCallSite = <T>(site: CallSite, work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw copyWithCallSite(site, error);
  });
