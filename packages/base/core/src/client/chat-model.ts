import { type CallRun, runToEnd } from '../call/call-run.ts';
import type { Operation } from '../call/contract.ts';
import { chainSettings, unreadMsOf } from '../call/settings.ts';
import { callSite, rejectWithCallSite } from '../errors/call-site.ts';
import { decisionFor } from '../errors/policy.ts';
import { continuedChat } from '../operations/continuation.ts';
import type { TypedCalls } from '../operations/object-rounds.ts';
import { type ChatOptions, prepareChat } from '../operations/chat.ts';
import { validate } from '../prepare/validate.ts';
import { parseSpec } from '../resolve/spec.ts';
import { EventStream, loadedSource, PulledStream } from '../stream/pulled-stream.ts';
import type { CallOptions } from '../types/call-options.ts';
import type { ChatResponse, ModelEvent, StreamEvent } from '../types/response.ts';
import type {
  ChatModel,
  ChatStream,
  DeepPartial,
  JsonSchemaRequest,
  ObjectResponse,
  ObjectStream,
  TypedRequest,
} from '../types/majordomo.ts';
import type { ChatRequest } from '../types/request.ts';
import { type CallPlan, type ModelSetup, newCall } from './new-call.ts';
import { checkCall, validOptions } from './check-options.ts';

/** Creates the chat model of a spec. Each call resolves the spec again. Throws `config` if the spec cannot be parsed. */
export function chatModel(spec: string, setup: ModelSetup): ChatModel {
  parseSpec(spec);
  const { media, modelAt, filesAt } = setup;
  const begin = (
    request: ChatRequest,
    isStreamed: boolean,
    plan: ChatPlan,
  ): CallRun<ModelEvent, ChatResponse> =>
    newCall(
      {
        spec,
        operation: chatOperation(request, {
          isStreamed,
          media,
          modelAt,
          filesAt,
          tenant: plan.options?.tenant,
        }),
        request,
        isStreamed,
        ...plan,
      },
      setup,
    );
  const streamChat = (request: ChatRequest, plan: ChatPlan): ChatStream => {
    const { timeouts, afterCommit } = chainSettings(setup.chain, validOptions(plan.options).options);
    return new EventStream((onEnd) => begin(request, true, { ...plan, onEnd }), {
      clock: setup.deps.clock,
      unreadMs: unreadMsOf(timeouts),
      mayRestart: afterCommit === 'restart',
    });
  };
  const generate: ChatModel['generate'] = (request, options) =>
    runToEnd(begin(request, false, { options, site: callSite(generate) }));
  function stream(request: ChatRequest, options: UninterruptedOptions): UninterruptedStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream {
    return streamChat(request, { options, site: callSite(stream) });
  }
  const typed: TypedCalls = {
    generate: (request, options, plan) => runToEnd(begin(request, false, { options, ...plan })),
    stream: (request, options, plan) => streamChat(request, { options, ...plan }),
    limits: (options) => {
      checkCall(options);
      const { policy, timeouts } = chainSettings(setup.chain, options);
      return {
        advancesAfter: (kind) => decisionFor(kind, policy).advance,
        totalMs: timeouts.totalMs ?? 0,
        clock: setup.deps.clock,
      };
    },
  };
  const object = <T>(
    request: TypedRequest<T> | JsonSchemaRequest,
    options?: CallOptions,
  ): Promise<ObjectResponse<T>> =>
    rejectWithCallSite(
      callSite(object),
      loadTypedObjects().then(({ generateObject }) => generateObject<T>(typed, request, options)),
    );
  const objectStream = <T>(request: TypedRequest<T>, options?: CallOptions): ObjectStream<T> => {
    const calls = { ...typed, site: callSite(objectStream) };
    // Disable the limit for unread streams here, because the stream of each round has a separate limit.
    return new PulledStream<DeepPartial<T>, ObjectResponse<T>>(
      (onEnd) =>
        loadedSource(
          loadTypedObjects().then(({ ObjectRun }) => new ObjectRun<T>(calls, request, options, onEnd)),
        ),
      setup.deps.clock,
      Infinity,
    );
  };
  return { spec, generate, stream, generateObject: object, streamObject: objectStream };
}

type ChatPlan = Pick<
  CallPlan<ModelEvent, ChatResponse>,
  'options' | 'pick' | 'isFurtherRound' | 'site' | 'onEnd'
>;

/** Options of a stream that is never continued by another target. */
type UninterruptedOptions = CallOptions & { readonly afterCommit: 'error' | 'restart' };
type UninterruptedStream = ChatStream<Exclude<StreamEvent, { readonly type: 'continued' }>>;

/** Loads the code for typed objects at the first call that needs it, because most applications make no such call. */
const loadTypedObjects = (): Promise<typeof import('../operations/typed-objects.ts')> =>
  import('../operations/typed-objects.ts');

/** Creates the operation that sends a chat request. */
export function chatOperation(
  request: ChatRequest,
  options: ChatOptions,
): Operation<ModelEvent, ChatResponse> {
  return {
    type: 'chat',
    validate: () => {
      validate(request);
    },
    prepare: (target, scope) => prepareChat(request, target, options, scope),
    continueFrom: (interrupted) => continuedChat(request, interrupted, options),
  };
}
