import { attemptInfo, targetFields, withTarget } from '../call/call-log.ts';
import type { PreparedCall } from '../call/contract.ts';
import { chainSettings, type ChainSettings } from '../call/settings.ts';
import { reclassified } from '../call/verdict.ts';
import { asLlmError } from '../errors/error-kind.ts';
import { decisionFor } from '../errors/policy.ts';
import { admit, skippedAttempt } from '../gates/admit.ts';
import {
  checkEmbedding,
  checkSpaces,
  embeddingBackend,
  embeddingOperation,
  splitValues,
} from '../operations/embedding.ts';
import { prepareChat } from '../operations/chat.ts';
import { EMPTY_REQUEST } from '../operations/single-response.ts';
import { invalidError, unsupportedError, validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import type { CallInfo, CallOptions } from '../types/call-options.ts';
import type { AttemptInfo, Gate } from '../types/gate.ts';
import { type Attempt, LlmError, withDetails } from '../types/llm-error.ts';
import type { PreparedTarget } from '../types/majordomo.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../types/operations.ts';
import type { ModelContext } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import type { ChatResponse } from '../types/response.ts';
import { abortable, derivedSignal } from '../util/async.ts';
import { isRecord } from '../util/values.ts';
import { type ModelSetup, newInfo, targetSettings } from './new-call.ts';
import { checkCall } from './check-options.ts';

type Request = ChatRequest | { readonly embedding: EmbeddingRequest };
type Response = ChatResponse | EmbeddingResponse;
type Prepared = PreparedCall<object, Response>;

/** Data that the preparations of all targets of a chain share. */
interface Preparation {
  readonly setup: ModelSetup;
  readonly info: CallInfo & { readonly operation: 'chat' | 'embedding' };
  readonly signal: AbortSignal;
  /** Adapts the request to one target. The result for an embedding can be sent only once. */
  readonly prepare: (target: Target) => Promise<Prepared>;
}

/** Prepares a request for each target of a chain; see `Majordomo.prepare`. */
export async function preparedTargets(
  spec: string,
  request: Request,
  options: Pick<CallOptions, 'tenant' | 'metadata' | 'signal'> = {},
  setup: ModelSetup,
): Promise<readonly PreparedTarget[]> {
  checkCall(options);
  if (isEmbedding(request)) checkValues(request.embedding);
  else validate(request);
  const { signal = new AbortController().signal } = options;
  const operation = isEmbedding(request) ? 'embedding' : 'chat';
  const info = { ...newInfo(spec, operation, options), operation } as const;
  const { media, modelAt } = setup;
  const prepare = (target: Target): Promise<Prepared> =>
    isEmbedding(request)
      ? prepareEmbedding(request.embedding, target, { signal })
      : prepareChat(request, target, { isStreamed: false, media, modelAt, tenant: info.tenant }, { signal });
  try {
    const targets = await abortable(
      setup.resolve(spec, info, isEmbedding(request) ? undefined : request, { signal }),
      signal,
    );
    if (isEmbedding(request)) checkSpaces(targets);
    const preparation: Preparation = { setup, info, signal, prepare };
    return await Promise.all(
      targets.map((target, at) => preparedTarget(target, at === targets.length - 1, preparation)),
    );
  } catch (cause) {
    if (signal.aborted) throw new LlmError('aborted', 'the call was aborted', {}, { cause });
    throw asLlmError(cause, spec);
  }
}

/** Rejects with `denied` if gates deny every target of a chain; see `Majordomo.precheck`. */
export async function checkTargets(
  spec: string,
  request: ChatRequest,
  options: Pick<CallOptions, 'tenant' | 'metadata' | 'signal'> | undefined,
  setup: ModelSetup,
): Promise<void> {
  const gates = setup.deps.gates.filter(({ precheck }) => precheck !== undefined).map(prechecking);
  if (gates.length === 0) return;
  const targets = await preparedTargets(spec, request, options, { ...setup, deps: { ...setup.deps, gates } });
  const denials = targets.flatMap(({ refusal }) => (LlmError.is(refusal, 'denied') ? refusal : []));
  if (denials[0] !== undefined && denials.length === targets.length) throw denials[0];
}

/** Returns a gate whose `admit` is the `precheck` of another gate. */
const prechecking = (gate: Gate): Gate => ({
  name: gate.name,
  timeoutMs: gate.timeoutMs,
  batches: true,
  admit: (attempt) => gate.precheck?.(attempt),
});

const isEmbedding = (request: Request): request is { readonly embedding: EmbeddingRequest } =>
  isRecord(request) && 'embedding' in request;

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
  const part = { values, vectors: values.map(() => undefined), shared: { size: undefined } };
  return embeddingOperation(request, part).prepare(target, scope);
}

async function preparedTarget(
  target: Target,
  isLastTarget: boolean,
  preparation: Preparation,
): Promise<PreparedTarget> {
  const { setup, info, signal, prepare } = preparation;
  const { key, provider, modelId } = target;
  const settings =
    target.with === undefined
      ? chainSettings(setup.chain)
      : targetSettings(setup.chain, target.with, undefined);
  const context = { target: key, signal, ...setup.deps.transport() };
  const batch = provider.batch?.(modelId, info.operation, context.env);
  const prepared = await prepare(target).catch((cause: unknown) => withTarget(asLlmError(cause, key), key));
  signal.throwIfAborted();
  const attempt: AttemptInfo = {
    ...attemptInfo(
      target,
      info,
      LlmError.is(prepared) ? { request: EMPTY_REQUEST, payload: undefined, capabilities: {} } : prepared,
    ),
    attempt: 0,
    isLastTarget,
    delivery: 'complete',
    data: setup.deps.dataOf(target),
    signal,
  };
  return {
    attempt,
    provider,
    batch,
    refusal: LlmError.is(prepared) ? prepared : await denialOf(attempt, setup),
    decide: ({ kind }) => decisionFor(kind, settings.policy),
    async ask(exchange) {
      if (batch === undefined) throw unsupportedError(key, 'has no batch API', { target: key });
      if (LlmError.is(prepared)) throw prepared;
      const own = derivedSignal(signal);
      try {
        const sent = info.operation === 'embedding' ? await prepare(target) : prepared;
        const attemptContext = { ...context, signal: own.signal, delivery: 'complete', exchange } as const;
        return await runAttempt(sent, attemptContext, { target, info, settings, clock: setup.deps.clock });
      } finally {
        own.release();
      }
    },
    context,
  };
}

/** Returns the denial of a gate that also checks batches, or `undefined`. Permits of these gates are settled at once. */
async function denialOf(
  attempt: AttemptInfo,
  { deps: { gates, clock }, waitUntil }: ModelSetup,
): Promise<LlmError | undefined> {
  const checking = gates.filter(({ batches }) => batches === true);
  if (checking.length === 0) return undefined;
  const permits = await admit(checking, attempt, clock, waitUntil);
  if ('denial' in permits) return permits.denial;
  await permits.settle(skippedAttempt(attempt, undefined));
  return undefined;
}

interface AttemptFacts {
  readonly target: Target;
  readonly info: CallInfo;
  readonly settings: ChainSettings;
  readonly clock: ModelSetup['deps']['clock'];
}

/** Runs one attempt. The response or error is the same as that of a live call that makes only this attempt. */
async function runAttempt(
  prepared: Prepared,
  context: ModelContext,
  { target, info, settings, clock }: AttemptFacts,
): Promise<Response> {
  const startedAt = clock.now();
  const answer = prepared.newAnswer();
  const record = (outcome: Attempt['outcome'], error?: LlmError): Attempt => ({
    ...targetFields(target),
    outcome,
    error,
    usage: error?.details.partial?.usage ?? answer.usage,
    ms: clock.now() - startedAt,
  });
  try {
    await readToFinish(prepared.open(context), answer, target.key);
    const fault = answer.fault();
    if (fault !== undefined && decisionFor(fault.kind, settings.policy).accept !== true) throw fault;
    return answer.result({ spec: info.spec, attempts: [record('finished')] });
  } catch (cause) {
    const known = reclassified(asLlmError(cause, target.key, prepared.request), settings.classify);
    const partial = known.details.partial ?? answer.partial();
    const error = withTarget(withDetails(known, { partial }), target.key);
    throw withDetails(error, { attempts: [record('failed', error)] });
  }
}

async function readToFinish(
  steps: AsyncIterator<object>,
  answer: ReturnType<Prepared['newAnswer']>,
  target: string,
): Promise<void> {
  try {
    for (let step = await steps.next(); step.done !== true; step = await steps.next()) {
      const events: readonly object[] = Array.isArray(step.value) ? step.value : [step.value];
      if (events.some((event) => answer.push(event) === 'finish')) return;
    }
    throw new LlmError('truncated', `${target} ended the stream without a finish event`);
  } finally {
    await steps.return?.();
  }
}
