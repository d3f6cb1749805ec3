import { CallLog } from '../call/call-log.ts';
import { runToEnd } from '../call/call-run.ts';
import { CallScope } from '../call/call-scope.ts';
import { chainSettings } from '../call/settings.ts';
import { withCallSite, type CallSite } from '../errors/call-site.ts';
import { asLlmError } from '../errors/error-kind.ts';
import {
  checkEmbedding,
  checkSpaces,
  embeddingBackend,
  embeddingOperation,
  joinResponses,
  newPart,
  type Part,
  runParts,
  splitValues,
} from '../operations/embedding.ts';
import type { Target } from '../resolve/resolve.ts';
import type { CallEvent, CallInfo, CallOptions } from '../types/call-options.ts';
import { type LlmError, withDetails } from '../types/llm-error.ts';
import type { EmbeddingRequest, EmbeddingResponse } from '../types/operations.ts';
import { abortable } from '../util/async.ts';
import { type Emit, emitTo } from '../util/listeners.ts';
import { type ModelSetup, newCall, newInfo } from './new-call.ts';
import { validOptions } from './check-options.ts';

/** Embedding call whose values are sent in parts. */
interface EmbeddingCall {
  readonly spec: string;
  readonly setup: ModelSetup;
  readonly request: EmbeddingRequest;
  readonly options: CallOptions | undefined;
  readonly site: CallSite;
  readonly info: CallInfo;
  readonly scope: CallScope;
  readonly emit: Emit | undefined;
  /** Log of the complete call. Each part has a separate log. */
  readonly log: CallLog;
  /** Parts of the values. Empty until the targets are resolved. */
  parts: readonly Part[];
}

/** Embeds the values. Each part has separate attempts and a separate failover, but the events describe a single call. */
export async function embed(
  spec: string,
  setup: ModelSetup,
  request: EmbeddingRequest,
  callOptions: CallOptions | undefined,
  site: CallSite,
): Promise<EmbeddingResponse> {
  const { options, error: optionsError } = validOptions(callOptions);
  const { totalMs } = chainSettings(setup.chain, options).timeouts;
  const info = newInfo(spec, 'embedding', options);
  const emit = emitTo(setup.onEvent, options?.onEvent);
  const log = new CallLog(info, emit);
  // The parts observe the signal of the scope, so a stop needs no further action.
  const scope = new CallScope(options?.signal, totalMs, setup.deps.clock, () => undefined);
  const call: EmbeddingCall = { spec, setup, request, options, site, info, scope, emit, log, parts: [] };
  try {
    scope.throwIfStopped();
    if (optionsError !== undefined) throw optionsError;
    const response = await sendParts(call);
    log.callEnd('finished', response);
    return response;
  } catch (cause) {
    const error = errorOf(cause, call);
    log.callEnd('failed', undefined, error);
    throw error;
  } finally {
    scope.release();
  }
}

async function sendParts(call: EmbeddingCall): Promise<EmbeddingResponse> {
  const { spec, setup, request, info, scope, log } = call;
  checkEmbedding(request);
  const resolved = await abortable(setup.resolve(spec, info, undefined, scope), scope.signal);
  const targets = withSharedNumbers(resolved);
  checkSpaces(targets);
  call.parts = newParts(request.values, targets);
  const keys = targets.map(({ key }) => key);
  log.callStart(keys);
  const send = (part: Part): Promise<EmbeddingResponse> => sendPart(part, targets, call);
  const responses = await runParts(call.parts, send, (attempts) => {
    log.addAttempts(attempts);
  });
  return joinResponses(spec, keys[0] ?? spec, call.parts, responses, log.attempts);
}

/**
 * Splits the values by the limits of the first target that has an embedding API. A later target with lower limits splits a part
 * again.
 */
function newParts(values: readonly string[], targets: readonly Target[]): readonly Part[] {
  const limits = targets.map(embeddingBackend).find((backend) => backend !== undefined) ?? {};
  const shared: Part['shared'] = { size: undefined };
  return splitValues(values, limits).map((list) => newPart(list, shared));
}

/** Numbers the attempts of all parts at a target in one sequence, because gates use the number in the name of a reservation. */
const withSharedNumbers = (targets: readonly Target[]): readonly Target[] =>
  targets.map((target) => {
    let last = 0;
    return { ...target, nextNumber: () => ++last };
  });

function sendPart(
  part: Part,
  targets: readonly Target[],
  { spec, setup, request, options, site, info, scope, emit }: EmbeddingCall,
): Promise<EmbeddingResponse> {
  const shared = {
    info,
    signal: scope.signal,
    emit: emit && ((event: CallEvent) => (isCallEvent(event) ? undefined : emit(event))),
    resolve: () => Promise.resolve(targets),
  };
  const operation = embeddingOperation(request, part);
  return runToEnd(newCall({ spec, operation, options, site, isStreamed: false, part: shared }, setup));
}

/** Whether the event describes the complete call. A part must not emit such an event. */
const isCallEvent = ({ type }: CallEvent): boolean => type === 'call-start' || type === 'call-end';

/** Returns the error of the call, with the attempts and vectors of all parts. */
function errorOf(cause: unknown, { spec, site, scope, log, parts }: EmbeddingCall): LlmError {
  const error = asLlmError(scope.reason ?? cause, spec);
  const vectors = parts.flatMap((part) => part.vectors);
  const partial = vectors.some((vector) => vector !== undefined) ? { vectors } : {};
  return withCallSite(site, withDetails(error, { attempts: log.attempts, ...partial }));
}
