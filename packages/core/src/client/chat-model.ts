import type { CallRun } from '../call/call-run.ts';
import { callSettings, unreadMsOf } from '../call/settings.ts';
import { callSite, rejectWithCallSite } from '../errors/call-site.ts';
import { decisionFor } from '../errors/policy.ts';
import { chatOperation } from '../operations/chat.ts';
import { parseSpec } from '../resolve/spec.ts';
import type { TypedCalls } from '../schema/object-rounds.ts';
import { generateObject, streamObject } from '../schema/object.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { ModelEvent, StreamEvent } from '../types/events.ts';
import type {
  ChatModel,
  ChatStream,
  JsonSchemaRequest,
  ObjectResponse,
  TypedRequest,
} from '../types/majordomo.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse } from '../types/response.ts';
import { mergeTimeouts } from '../util/options.ts';
import { type CallPlan, type ModelSetup, newCall, resultOf } from './call.ts';
import { checkCall, soundOptions } from './check-options.ts';
import { EventStream } from './event-stream.ts';

/** A spec as a model: each call resolves it again and walks its chain. Throws `config` at once for one that cannot be parsed. */
export function chatModel(spec: string, setup: ModelSetup): ChatModel {
  parseSpec(spec);
  const { media, modelAt } = setup;
  const begin = (request: ChatRequest, live: boolean, how: How): CallRun<ModelEvent, ChatResponse> =>
    newCall(
      { spec, operation: chatOperation(request, { live, media, modelAt }), request, live, ...how },
      setup,
    );
  const streamed = (request: ChatRequest, how: How): ChatStream => {
    const { options } = soundOptions(how.options);
    return new EventStream((onEnd) => begin(request, true, { ...how, onEnd }), {
      clock: setup.deps.clock,
      unreadMs: unreadMsOf(mergeTimeouts(setup.settings.timeouts, options?.timeouts)),
      restarts: (options?.afterCommit ?? setup.chain?.afterCommit) === 'restart',
    });
  };
  const generate: ChatModel['generate'] = (request, options) =>
    resultOf(begin(request, false, { options, site: callSite(generate) }));
  function stream(request: ChatRequest, options: Uninterrupted): UninterruptedStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream {
    return streamed(request, { options, site: callSite(stream) });
  }
  const typed: TypedCalls = {
    generate: (request, options, pick) => resultOf(begin(request, false, { options, pick })),
    stream: (request, options, pick) => streamed(request, { options, pick }),
    limits: (options) => {
      checkCall(options);
      const { policy, timeouts } = callSettings(setup.settings, setup.chain, options);
      const { advance } = decisionFor('invalid-output', policy);
      return { advances: advance, totalMs: timeouts.totalMs ?? 0, clock: setup.deps.clock };
    },
  };
  const object = <T>(
    request: TypedRequest<T> | JsonSchemaRequest,
    options?: CallOptions,
  ): Promise<ObjectResponse<T>> =>
    rejectWithCallSite(callSite(object), generateObject<T>(typed, request, options));
  const objectStream: ChatModel['streamObject'] = (request, options) =>
    streamObject({ ...typed, site: callSite(objectStream) }, request, options);
  return { spec, generate, stream, generateObject: object, streamObject: objectStream };
}

/** How one chat is asked: options of the app's call, or of a round of a typed one. */
type How = Pick<CallPlan<ModelEvent, ChatResponse>, 'options' | 'pick' | 'site' | 'onEnd'>;

/** Of a stream that is never gone on with by another target. */
type Uninterrupted = CallOptions & { readonly afterCommit: 'error' | 'restart' };
type UninterruptedStream = ChatStream<Exclude<StreamEvent, { readonly type: 'continued' }>>;
