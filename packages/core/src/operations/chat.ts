import type { Operation, PreparedCall } from '../chain/operation.ts';
import type { Answer } from '../stream/answer.ts';
import type { Timeouts } from '../contract/call.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { ModelEvent } from '../contract/event.ts';
import type { Recovery } from '../contract/llm-error.ts';
import type { MediaFitter } from '../contract/media.ts';
import type { Model, ModelContext } from '../contract/provider.ts';
import type { ChatRequest, ModelRequest } from '../contract/request.ts';
import type { ChatResponse } from '../contract/response.ts';
import { prepare, type PreparedRequest } from '../prepare/prepare.ts';
import { validate } from '../prepare/validate.ts';
import type { Place } from '../resolve/resolve.ts';
import { Accumulator } from '../stream/accumulate.ts';

interface ChatOptions {
  /** Does somebody read the events as they come? */
  readonly live: boolean;
  readonly media: MediaFitter | undefined;
  readonly modelAt: (place: Place) => Model;
}

/** A chat request, asked of each target as that one understands it. */
export function chatOperation(
  request: ChatRequest,
  { live, media, modelAt }: ChatOptions,
): Operation<ModelEvent, ChatResponse> {
  return {
    type: 'chat',
    validate: () => {
      validate(request);
    },
    prepare(place, scope) {
      const model = modelAt(place);
      const { key, provider } = place;
      const fitted = prepare(request, { target: key, providerId: provider.id, model, media, scope });
      const chat = (ready: PreparedRequest): PreparedChat => new PreparedChat(key, model, ready, live);
      return fitted instanceof Promise ? fitted.then(chat) : chat(fitted);
    },
  };
}

class PreparedChat implements PreparedCall<ModelEvent, ChatResponse> {
  readonly request: ModelRequest;
  readonly payload = undefined;
  readonly capabilities: Capabilities;
  readonly timeouts: Timeouts | undefined;
  readonly isWhole: boolean;
  private readonly target: string;
  private readonly model: Model;
  private readonly prepared: PreparedRequest;
  private readonly live: boolean;
  /** A recovery asked for an answer in one piece. */
  private readonly mustBeWhole: boolean;

  constructor(target: string, model: Model, prepared: PreparedRequest, live: boolean, mustBeWhole = false) {
    this.target = target;
    this.model = model;
    this.prepared = prepared;
    this.live = live;
    this.mustBeWhole = mustBeWhole;
    this.capabilities = model.capabilities;
    this.timeouts = model.timeouts;
    this.request = prepared.request;
    this.isWhole = mustBeWhole || (!live && model.whole?.(prepared.request) === true);
  }

  changed(recovery: Recovery, why: string): PreparedChat {
    const { request, warnings, read } = this.prepared;
    const changed: PreparedRequest = {
      request: recovery.apply(request),
      warnings: [...warnings, { action: 'repaired', what: recovery.what, why }],
      read,
    };
    const mustBeWhole = this.mustBeWhole || recovery.delivery === 'whole';
    return new PreparedChat(this.target, this.model, changed, this.live, mustBeWhole);
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
