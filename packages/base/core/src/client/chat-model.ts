import { type CallRun, runToEnd } from '../call/call-run.ts';
import type { Operation } from '../call/contract.ts';
import { chainSettings, unreadMsOf } from '../call/settings.ts';
import { callSite, type CallSite, rejectWithCallSite } from '../errors/call-site.ts';
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
  const calls = new ChatCalls(spec, setup);
  const generate: ChatModel['generate'] = (request, options) =>
    calls.generate(request, options, { site: callSite(generate) });
  function stream(request: ChatRequest, options: UninterruptedOptions): UninterruptedStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream;
  function stream(request: ChatRequest, options?: CallOptions): ChatStream {
    return calls.stream(request, options, { site: callSite(stream) });
  }
  const object = <T>(
    request: TypedRequest<T> | JsonSchemaRequest,
    options?: CallOptions,
  ): Promise<ObjectResponse<T>> =>
    rejectWithCallSite(
      callSite(object),
      loadTypedObjects().then(({ generateObject }) => generateObject<T>(calls, request, options)),
    );
  const objectStream = <T>(request: TypedRequest<T>, options?: CallOptions): ObjectStream<T> => {
    const rounds = new ChatCalls(spec, setup, callSite(objectStream));
    // Disable the limit for unread streams here, because the stream of each round has a separate limit.
    return new PulledStream<DeepPartial<T>, ObjectResponse<T>>(
      (onEnd) =>
        loadedSource(
          loadTypedObjects().then(({ ObjectRun }) => new ObjectRun<T>(rounds, request, options, onEnd)),
        ),
      setup.deps.clock,
      Infinity,
    );
  };
  return { spec, generate, stream, generateObject: object, streamObject: objectStream };
}

/** Chat calls with one spec, which are also the rounds of typed calls. */
class ChatCalls implements TypedCalls {
  /** Place of a typed stream. Absent for other calls, each of which has its place in its plan. */
  readonly site: CallSite | undefined;
  private readonly spec: string;
  private readonly setup: ModelSetup;

  constructor(spec: string, setup: ModelSetup, site?: CallSite) {
    this.spec = spec;
    this.setup = setup;
    this.site = site;
  }

  generate(request: ChatRequest, options: CallOptions | undefined, plan: ChatPlan): Promise<ChatResponse> {
    return runToEnd(this.begin(request, false, { options, ...plan }));
  }

  stream(request: ChatRequest, options: CallOptions | undefined, plan: ChatPlan): ChatStream {
    const { chain, deps } = this.setup;
    // Invalid options are an error of the call, which the stream throws when it is read.
    const { timeouts, afterCommit } = chainSettings(chain, validOptions(options).options);
    return new EventStream((onEnd) => this.begin(request, true, { options, ...plan, onEnd }), {
      clock: deps.clock,
      unreadMs: unreadMsOf(timeouts),
      mayRestart: afterCommit === 'restart',
    });
  }

  limits(options: CallOptions | undefined): ReturnType<TypedCalls['limits']> {
    checkCall(options);
    const { chain, deps } = this.setup;
    const { policy, timeouts } = chainSettings(chain, options);
    return {
      advancesAfter: (kind) => decisionFor(kind, policy).advance,
      totalMs: timeouts.totalMs ?? 0,
      clock: deps.clock,
    };
  }

  private begin(
    request: ChatRequest,
    isStreamed: boolean,
    plan: ChatPlan & Pick<ChatCallPlan, 'options' | 'onEnd'>,
  ): CallRun<ModelEvent, ChatResponse> {
    const { spec, setup } = this;
    const { media, modelAt, filesAt } = setup;
    const tenant = plan.options?.tenant;
    const operation = chatOperation(request, { isStreamed, media, modelAt, filesAt, tenant });
    return newCall({ spec, operation, request, isStreamed, ...plan }, setup);
  }
}

type ChatCallPlan = CallPlan<ModelEvent, ChatResponse>;
type ChatPlan = Pick<ChatCallPlan, 'pick' | 'isFurtherRound' | 'site'>;

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
