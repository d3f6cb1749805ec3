import type { PreparedCall } from '../call/contract.ts';
import { fitRequest, type FittedRequest } from '../prepare/fit-request.ts';
import { validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { Accumulator } from '../stream/accumulator.ts';
import type { ChatResponse, ModelEvent, Warning } from '../types/response.ts';
import type { Recovery } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { MediaFitter, Model } from '../types/provider.ts';
import type { ChatRequest } from '../types/request.ts';
import { definedMembers } from '../util/options.ts';

export interface ChatOptions {
  /** Whether the caller reads events as they arrive. */
  readonly isStreamed: boolean;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (target: Target) => Model;
  /** Tenant of the call. */
  readonly tenant?: string | undefined;
}

/** Adapts a chat request to one target. Rejects with `unsupported` if the target does not support the request. */
export async function prepareChat(
  request: ChatRequest,
  target: Target,
  { isStreamed, media, modelAt, tenant }: ChatOptions,
  scope: { readonly signal: AbortSignal },
): Promise<PreparedChat> {
  const model = modelAt(target);
  const { key, provider } = target;
  const complete = target.with === undefined ? request : withDefaults(request, target.with);
  const fitted = await fitRequest(complete, {
    target: key,
    providerId: provider.id,
    model,
    media,
    scope,
    tenant,
  });
  return newPreparedChat(key, model, fitted, isStreamed);
}

/** Returns the request with the alias's settings as defaults. */
function withDefaults(request: ChatRequest, settings: TargetSettings): ChatRequest {
  const { timeouts: _timeouts, policy: _policy, ...defaults } = settings;
  const extra = { ...defaults.extra, ...request.extra };
  const complete = { ...defaults, ...(definedMembers(request) as ChatRequest), extra };
  validate(complete);
  return complete;
}

/** Chat request that is adapted to one model. */
export interface PreparedChat extends PreparedCall<ModelEvent, ChatResponse> {
  readonly target: string;
  /** Changes that were made to the request for this target. */
  readonly warnings: readonly Warning[];
  withRecovery(recovery: Recovery, why: string): PreparedChat;
}

function newPreparedChat(
  target: string,
  model: Model,
  { request, warnings, read }: FittedRequest,
  isStreamed: boolean,
  /** Whether a recovery requires a non-streaming response. */
  mustBeComplete = false,
): PreparedChat {
  return {
    target,
    request,
    warnings,
    payload: undefined,
    capabilities: model.capabilities,
    timeouts: model.timeouts,
    isNonStreaming: mustBeComplete || (!isStreamed && model.isNonStreaming?.(request) === true),
    withRecovery(recovery, why) {
      const changed: FittedRequest = {
        request: recovery.apply(request),
        warnings: [...warnings, { action: 'repaired', what: recovery.what, why }],
        read,
      };
      const isComplete = mustBeComplete || recovery.delivery === 'complete';
      return newPreparedChat(target, model, changed, isStreamed, isComplete);
    },
    open(context) {
      const stream = model.stream(request, context);
      return (read === undefined ? stream : read(stream))[Symbol.asyncIterator]();
    },
    newAnswer: () => new Accumulator(target, warnings),
  };
}
