import { withRetention } from '../call/attempt.ts';
import { attemptInfo, preparationError } from '../call/call-log.ts';
import type { PreparedCall } from '../call/contract.ts';
import { chainSettings, type ChainSettings } from '../call/settings.ts';
import { abortedError, asLlmError } from '../errors/error-kind.ts';
import { decisionFor } from '../errors/policy.ts';
import { admit, outcomeOfSkip } from '../gates/admit.ts';
import {
  checkEmbedding,
  checkSpaces,
  embeddingBackend,
  embeddingOperation,
  newPart,
  splitValues,
} from '../operations/embedding.ts';
import { prepareChat } from '../operations/chat.ts';
import { EMPTY_REQUEST } from '../operations/single-response.ts';
import { prepareVideo, validateVideo } from '../operations/video.ts';
import { invalidError, unsupportedError, validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type { CallInfo, CallOptions } from '../types/call-options.ts';
import type { AttemptInfo, Gate } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type { ChatStream, PrepareOptions, PreparedTarget } from '../types/majordomo.ts';
import type { EmbeddingRequest, EmbeddingResponse, VideoRequest } from '../types/operations.ts';
import type { ModelContext } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse, ModelEvent } from '../types/response.ts';
import { abortable, derivedSignal } from '../util/async.ts';
import { isRecord } from '../util/values.ts';
import { type ModelSetup, newInfo, orderTargets, targetSettings } from './new-call.ts';
import { checkCall } from './check-options.ts';
import { type AttemptFacts, attemptStream, runAttempt } from './prepared-answer.ts';

type Request = ChatRequest | { readonly embedding: EmbeddingRequest } | { readonly video: VideoRequest };
/** Request that `PreparedTarget.ask` can send. */
type CallRequest = Exclude<Request, { readonly video: VideoRequest }>;
type Response = ChatResponse | EmbeddingResponse;
type Prepared = PreparedCall<object, Response>;

/** Data that the preparations of all targets of a chain share. */
interface Shared {
  readonly setup: ModelSetup;
  readonly info: CallInfo & { readonly operation: 'chat' | 'embedding' | 'video' };
  readonly signal: AbortSignal;
  readonly options: CallOptions;
  /** Whether the request is a background job. */
  readonly isJob: boolean;
}

/** Preparation of a chat or an embedding. */
interface Preparation extends Shared {
  /** Adapts the request to one target. The result for an embedding can be sent only once. */
  readonly prepare: (target: Target) => Promise<Prepared>;
}

/** Prepares a request for each target of a chain; see `Majordomo.prepare`. */
export async function preparedTargets(
  spec: string,
  request: Request,
  { work, ...options }: PrepareOptions = {},
  setup: ModelSetup,
): Promise<readonly PreparedTarget[]> {
  checkCall(options);
  const operation = operationOf(request);
  if ('embedding' in request) checkValues(request.embedding);
  else if ('video' in request) validateVideo(request.video);
  else validate(request);
  const { signal = new AbortController().signal } = options;
  const info = { ...newInfo(spec, operation, options), operation } as const;
  const isJob = work === 'background' && operation !== 'embedding';
  const shared: Shared = { setup, info, signal, options, isJob };
  try {
    const targets = await chainOf(spec, request, shared);
    return await Promise.all(
      targets.map((target, at) => {
        const isLastTarget = at === targets.length - 1;
        return 'video' in request
          ? videoTarget(request.video, target, isLastTarget, shared)
          : preparedTarget(target, isLastTarget, { ...shared, prepare: targetPreparer(request, shared) });
      }),
    );
  } catch (cause) {
    throw signal.aborted ? abortedError(cause) : asLlmError(cause, spec);
  }
}

/** Returns the targets of a spec, in the order in which a job would try them. */
async function chainOf(
  spec: string,
  request: Request,
  { setup, info, signal, options, isJob }: Shared,
): Promise<readonly Target[]> {
  const chat = 'embedding' in request || 'video' in request ? undefined : request;
  const found = await abortable(setup.resolve(spec, info, chat, { signal }), signal);
  if ('embedding' in request) checkSpaces(found);
  const { order } = chainSettings(setup.chain, options);
  if (!isJob || order === undefined || chat === undefined) return found;
  return orderTargets(found, order, { call: info, request: chat, signal }, setup);
}

/** Returns the function that adapts a chat or an embedding to a target. */
function targetPreparer(
  request: CallRequest,
  { setup, info, signal, isJob }: Shared,
): Preparation['prepare'] {
  if ('embedding' in request) return (target) => prepareEmbedding(request.embedding, target, { signal });
  const { media, modelAt } = setup;
  const filesAt = isJob ? setup.filesAt : undefined;
  const chatOptions = { isStreamed: false, media, modelAt, filesAt, tenant: info.tenant };
  return (target) => prepareChat(request, target, chatOptions, { signal });
}

/** Rejects with `denied` if gates deny every target of a chain; see `Majordomo.precheck`. */
export async function checkTargets(
  spec: string,
  request: ChatRequest,
  options: Pick<CallOptions, 'tenant' | 'metadata' | 'signal'> | undefined,
  setup: ModelSetup,
): Promise<void> {
  const gates = setup.deps.gates.filter(({ precheck }) => precheck !== undefined).map(precheckGate);
  if (gates.length === 0) return;
  const targets = await preparedTargets(spec, request, options, { ...setup, deps: { ...setup.deps, gates } });
  const denials = targets.flatMap(({ refusal }) => (LlmError.is(refusal, 'denied') ? refusal : []));
  if (denials[0] !== undefined && denials.length === targets.length) throw denials[0];
}

/** Returns a gate whose `admit` is the `precheck` of another gate. */
const precheckGate = (gate: Gate): Gate => ({
  name: gate.name,
  timeoutMs: gate.timeoutMs,
  // `denialOf` calls only gates with this member.
  batches: true,
  admit: (attempt) => gate.precheck?.(attempt),
});

function operationOf(request: Request): Shared['info']['operation'] {
  if (!isRecord(request)) throw invalidError('the request', 'must be an object');
  if ('embedding' in request) return 'embedding';
  return 'video' in request ? 'video' : 'chat';
}

function checkValues(request: EmbeddingRequest): void {
  checkEmbedding(request);
  if (request.values.length === 0) throw invalidError('values', 'must not be empty');
}

/** Prepares an embedding as one request. Throws `unsupported` for values that a live call would send in several requests. */
async function prepareEmbedding(
  request: EmbeddingRequest,
  target: Target,
  scope: { readonly signal: AbortSignal },
): Promise<Prepared> {
  const { values } = request;
  const requests = splitValues(values, embeddingBackend(target) ?? {});
  if (requests.length > 1)
    throw unsupportedError(
      target.key,
      `accepts at most ${requests[0]?.length} of these values in one request; send fewer values`,
    );
  return embeddingOperation(request, newPart(values)).prepare(target, scope);
}

async function preparedTarget(
  target: Target,
  isLastTarget: boolean,
  preparation: Preparation,
): Promise<PreparedTarget> {
  const { setup, info, signal, isJob, prepare } = preparation;
  const { key, provider, modelId } = target;
  const settings = settingsOf(target, preparation);
  const context = { target: key, signal, ...setup.deps.transport() };
  const operation = info.operation === 'embedding' ? 'embedding' : 'chat';
  const batch = provider.batch?.(modelId, operation, context.env);
  const background = isJob ? provider.background?.(modelId, context.env) : undefined;
  const prepared = await prepare(target).catch((cause: unknown) => preparationError(cause, key));
  // An abort is not a refusal of the target.
  signal.throwIfAborted();
  const data = withRetention(
    withRetention(setup.deps.dataOf(target), background?.retentionDays),
    LlmError.is(prepared) ? 0 : prepared.upload?.retentionDays,
  );
  const view = LlmError.is(prepared) ? EMPTY_VIEW : prepared;
  const attempt: AttemptInfo = { ...attemptOf(target, isLastTarget, view, preparation), data };
  const exchanges = new Exchanges(prepared, { target, info, settings, clock: setup.deps.clock }, preparation);
  const api = batch ?? background;
  return {
    attempt,
    provider,
    batch,
    background,
    video: undefined,
    // Gates are called only for a request that the target accepts.
    refusal: LlmError.is(prepared) ? prepared : await denialOf(attempt, setup),
    decide: ({ kind }) => decisionFor(kind, settings.policy),
    async ask(exchange) {
      if (batch === undefined) throw unsupportedError(key, 'has no batch API', { target: key });
      return exchanges.ask(context, exchange);
    },
    async capture() {
      if (api === undefined) throw unsupportedError(key, 'has no batch API or job API', { target: key });
      return exchanges.capture(context);
    },
    read: (answer) => exchanges.read(context, answer),
    context,
  };
}

/** Prepares a video, which is not sent as a call, but over the functions of a video API. */
async function videoTarget(
  request: VideoRequest,
  target: Target,
  isLastTarget: boolean,
  shared: Shared,
): Promise<PreparedTarget> {
  const { setup, signal } = shared;
  const { key, provider } = target;
  const { policy } = settingsOf(target, shared);
  const context = { target: key, signal, ...setup.deps.transport() };
  const video = await prepareVideo(request, target, setup.media, context).catch((cause: unknown) =>
    preparationError(cause, key),
  );
  // An abort is not a refusal of the target.
  signal.throwIfAborted();
  const isRefused = LlmError.is(video);
  const view = isRefused
    ? EMPTY_VIEW
    : { request: EMPTY_REQUEST, payload: video.request, capabilities: { images: video.api.images } };
  const data = withRetention(setup.deps.dataOf(target), isRefused ? 0 : video.api.retentionDays);
  const attempt: AttemptInfo = { ...attemptOf(target, isLastTarget, view, shared), data };
  const noCall = (): LlmError => unsupportedError(key, 'generates videos only as jobs', { target: key });
  return {
    attempt,
    provider,
    batch: undefined,
    background: undefined,
    video: isRefused ? undefined : video,
    refusal: isRefused ? video : await denialOf(attempt, setup),
    decide: ({ kind }) => decisionFor(kind, policy),
    ask: () => Promise.reject(noCall()),
    capture: () => Promise.reject(noCall()),
    read() {
      throw noCall();
    },
    context,
  };
}

const settingsOf = (target: Target, { setup, options }: Shared): ChainSettings =>
  target.with === undefined
    ? chainSettings(setup.chain, options)
    : targetSettings(setup.chain, target.with, options);

/** View that gates receive if the target cannot accept the request. */
const EMPTY_VIEW = { request: EMPTY_REQUEST, payload: undefined, capabilities: {} };

/** Returns the attempt that gates receive, without the data handling. `view`: request as gates receive it. */
const attemptOf = (
  target: Target,
  isLastTarget: boolean,
  view: Pick<AttemptInfo, 'request' | 'payload' | 'capabilities'>,
  { info, signal }: Shared,
): Omit<AttemptInfo, 'data'> => ({
  ...attemptInfo(target, info, view),
  // The number of an attempt that is not sent as a call. The attempts of calls have numbers from 1.
  attempt: 0,
  isLastTarget,
  delivery: 'complete',
  signal,
});

/** Attempts of one target over functions that replace the network. */
class Exchanges {
  private readonly prepared: Prepared | LlmError;
  private readonly facts: AttemptFacts;
  private readonly preparation: Preparation;

  constructor(prepared: Prepared | LlmError, facts: AttemptFacts, preparation: Preparation) {
    this.prepared = prepared;
    this.facts = facts;
    this.preparation = preparation;
  }

  async ask(context: PreparedTarget['context'], exchange: typeof globalThis.fetch): Promise<Response> {
    const { prepared, preparation, facts } = this;
    if (LlmError.is(prepared)) throw prepared;
    const own = derivedSignal(preparation.signal);
    try {
      const isEmbedding = facts.info.operation === 'embedding';
      const complete = isEmbedding ? await preparation.prepare(facts.target) : prepared;
      const sent = (await complete.upload?.run({ ...context, signal: own.signal })) ?? complete;
      return await runAttempt(sent, exchangeContext(context, exchange, own.signal), facts);
    } finally {
      own.release();
    }
  }

  /** Returns the request that a call would send, by ending the call when it sends the request. */
  async capture(context: PreparedTarget['context']): ReturnType<PreparedTarget['capture']> {
    let sent: { readonly body: string; readonly headers: Headers } | undefined;
    try {
      await this.ask(context, async (input, init) => {
        const request = new Request(input, init);
        sent = { body: await request.text(), headers: request.headers };
        // Providers return an `LlmError` unchanged, without the cost of converting it.
        throw new LlmError('aborted', 'the request was captured');
      });
    } catch (error) {
      if (sent === undefined) throw error;
    }
    if (sent !== undefined) return sent;
    const { target } = context;
    throw unsupportedError(target, 'sends no request over its API; use a live call', { target });
  }

  read(context: PreparedTarget['context'], answer: globalThis.Response): ChatStream {
    const { prepared, preparation, facts } = this;
    if (LlmError.is(prepared)) throw prepared;
    const { target } = context;
    if (facts.info.operation !== 'chat') throw unsupportedError(target, 'reads only chats', { target });
    // `prepareChat` has prepared the request of a chat.
    const chat = prepared as PreparedCall<ModelEvent, ChatResponse>;
    const exchange = (): Promise<globalThis.Response> => Promise.resolve(answer);
    return attemptStream(chat, exchangeContext(context, exchange, preparation.signal), facts);
  }
}

const exchangeContext = (
  context: PreparedTarget['context'],
  exchange: typeof globalThis.fetch,
  signal: AbortSignal,
): ModelContext => ({ ...context, signal, delivery: 'complete', exchange });

/** Returns the denial of a gate that also checks batches, or `undefined`. Permits of these gates are settled at once. */
async function denialOf(
  attempt: AttemptInfo,
  { deps: { gates, clock }, waitUntil }: ModelSetup,
): Promise<LlmError | undefined> {
  const checking = gates.filter(({ batches }) => batches === true);
  if (checking.length === 0) return undefined;
  const permits = await admit(checking, attempt, clock, waitUntil);
  if ('denial' in permits) return permits.denial;
  await permits.settle(outcomeOfSkip(attempt, undefined));
  return undefined;
}
