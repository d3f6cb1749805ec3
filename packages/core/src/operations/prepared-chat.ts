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
  /** Does somebody read the events as they come? */
  readonly isStreamed: boolean;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (place: Target) => Model;
}

/** Fits a chat request to one target. */
export async function prepareChat(
  request: ChatRequest,
  place: Target,
  { isStreamed, media, modelAt }: ChatOptions,
  scope: { readonly signal: AbortSignal },
): Promise<PreparedChat> {
  const model = modelAt(place);
  const { key, provider } = place;
  const asked = place.with === undefined ? request : askedWith(place.with, request);
  const ready = await prepare(asked, { target: key, providerId: provider.id, model, media, scope });
  return new PreparedChat(key, model, ready, isStreamed);
}

/** Below what the caller says: what the name that led to the target says. */
function askedWith(settings: TargetSettings, request: ChatRequest): ChatRequest {
  const { timeouts: _ofTheChain, policy: _too, ...said } = settings;
  const asked = { ...said, ...(defined(request) as ChatRequest), extra: { ...said.extra, ...request.extra } };
  validate(asked);
  return asked;
}

/** A chat request as one model understands it. */
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
  /** A recovery asked for an answer at once. */
  private readonly mustBeWhole: boolean;

  constructor(
    target: string,
    model: Model,
    prepared: PreparedRequest,
    isStreamed: boolean,
    mustBeWhole = false,
  ) {
    this.target = target;
    this.model = model;
    this.prepared = prepared;
    this.isStreamed = isStreamed;
    this.mustBeWhole = mustBeWhole;
    this.capabilities = model.capabilities;
    this.timeouts = model.timeouts;
    this.request = prepared.request;
    this.isNonStreaming = mustBeWhole || (!isStreamed && model.isNonStreaming?.(prepared.request) === true);
  }

  /** What was done to the request for this target. */
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
    const mustBeWhole = this.mustBeWhole || recovery.delivery === 'complete';
    return new PreparedChat(this.target, this.model, changed, this.isStreamed, mustBeWhole);
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
