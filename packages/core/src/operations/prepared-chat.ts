import type { PreparedCall } from '../call/call.ts';
import { prepare, type PreparedRequest } from '../prepare/prepare.ts';
import { validate } from '../prepare/validate.ts';
import type { Target } from '../resolve/resolve.ts';
import { Accumulator, type Answer } from '../stream/accumulator.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { ModelEvent } from '../types/events.ts';
import type { Recovery } from '../types/llm-error.ts';
import type { TargetSettings } from '../types/majordomo.ts';
import type { Capabilities, MediaFitter, Model, ModelContext } from '../types/provider.ts';
import type { ChatRequest, ModelRequest } from '../types/request.ts';
import type { ChatResponse, Warning } from '../types/response.ts';
import { defined } from '../util/options.ts';

export interface ChatOptions {
  /** Whether the caller reads events as they arrive. */
  readonly isStreamed: boolean;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (target: Target) => Model;
}

/** Adapts a chat request to one target. */
export async function prepareChat(
  request: ChatRequest,
  target: Target,
  { isStreamed, media, modelAt }: ChatOptions,
  scope: { readonly signal: AbortSignal },
): Promise<PreparedChat> {
  const model = modelAt(target);
  const { key, provider } = target;
  const complete = target.with === undefined ? request : withDefaults(request, target.with);
  const prepared = await prepare(complete, { target: key, providerId: provider.id, model, media, scope });
  return new PreparedChat(key, model, prepared, isStreamed);
}

/** Returns the request with the settings of the alias as defaults. */
function withDefaults(request: ChatRequest, settings: TargetSettings): ChatRequest {
  const { timeouts: _timeouts, policy: _policy, ...defaults } = settings;
  const extra = { ...defaults.extra, ...request.extra };
  const complete = { ...defaults, ...(defined(request) as ChatRequest), extra };
  validate(complete);
  return complete;
}

/** A chat request, adapted to one model. */
export class PreparedChat implements PreparedCall<ModelEvent, ChatResponse> {
  readonly request: ModelRequest;
  readonly payload = undefined;
  readonly capabilities: Capabilities;
  readonly timeouts: Timeouts | undefined;
  readonly isNonStreaming: boolean;
  readonly target: string;
  private readonly model: Model;
  private readonly prepared: PreparedRequest;
  private readonly isStreamed: boolean;
  /** Whether a recovery requires a non-streaming response. */
  private readonly mustBeComplete: boolean;

  constructor(
    target: string,
    model: Model,
    prepared: PreparedRequest,
    isStreamed: boolean,
    mustBeComplete = false,
  ) {
    this.target = target;
    this.model = model;
    this.prepared = prepared;
    this.isStreamed = isStreamed;
    this.mustBeComplete = mustBeComplete;
    this.capabilities = model.capabilities;
    this.timeouts = model.timeouts;
    this.request = prepared.request;
    this.isNonStreaming =
      mustBeComplete || (!isStreamed && model.isNonStreaming?.(prepared.request) === true);
  }

  /** Changes that were made to the request for this target. */
  get warnings(): readonly Warning[] {
    return this.prepared.warnings;
  }

  withRecovery(recovery: Recovery, why: string): PreparedChat {
    const { request, warnings, read } = this.prepared;
    const changed: PreparedRequest = {
      request: recovery.apply(request),
      warnings: [...warnings, { action: 'repaired', what: recovery.what, why }],
      read,
    };
    const mustBeComplete = this.mustBeComplete || recovery.delivery === 'complete';
    return new PreparedChat(this.target, this.model, changed, this.isStreamed, mustBeComplete);
  }

  open(context: ModelContext): AsyncIterator<ModelEvent | readonly ModelEvent[]> {
    const { request, read } = this.prepared;
    const stream = this.model.stream(request, context);
    return (read === undefined ? stream : read(stream))[Symbol.asyncIterator]();
  }

  newAnswer(): Answer<ModelEvent, ChatResponse> {
    return new Accumulator(this.target, this.prepared.warnings);
  }
}
