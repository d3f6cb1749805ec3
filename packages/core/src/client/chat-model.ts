import type { CallRun } from '../chain/call-run.ts';
import { callSettings, unreadMsOf } from '../chain/settings.ts';
import { mergeTimeouts } from '../merge-timeouts.ts';
import type { CallOptions } from '../contract/call.ts';
import type { ModelEvent, StreamEvent } from '../contract/event.ts';
import type {
  ChatModel,
  ChatStream,
  JsonSchemaRequest,
  ObjectResponse,
  TypedRequest,
} from '../contract/majordomo.ts';
import type { ChatRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';
import { callSite, failingAt } from '../error/call-site.ts';
import { decisionFor } from '../error/policy.ts';
import { chatOperation } from '../operations/chat.ts';
import { generateObject, streamObject } from '../schema/object.ts';
import { parseSpec } from '../resolve/grammar.ts';
import type { TypedCalls } from '../schema/typed-calls.ts';
import { checkCall, soundOptions } from './check-options.ts';
import { newCall, resultOf, type CallPlan, type ModelSetup } from './call.ts';
import { EventStream } from './event-stream.ts';

/** A spec as a model: each call resolves it anew and walks its chain. Throws `config` at once for one that cannot be parsed. */
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
  ): Promise<ObjectResponse<T>> => failingAt(callSite(object), generateObject<T>(typed, request, options));
  const objectStream: ChatModel['streamObject'] = (request, options) =>
    streamObject({ ...typed, site: callSite(objectStream) }, request, options);
  return { spec, generate, stream, generateObject: object, streamObject: objectStream };
}

/** How one chat is asked: options of the app's call, or of a round of a typed one. */
type How = Pick<CallPlan<ModelEvent, ChatResponse>, 'options' | 'pick' | 'site' | 'onEnd'>;

/** Of a stream that is never gone on with by another target. */
type Uninterrupted = CallOptions & { readonly afterCommit: 'error' | 'restart' };
type UninterruptedStream = ChatStream<Exclude<StreamEvent, { readonly type: 'continued' }>>;
