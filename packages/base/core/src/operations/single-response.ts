import type { PreparedCall } from '../call/contract.ts';
import { asLlmError } from '../errors/error-kind.ts';
import { checkMembers, checkRequestPart, invalidError } from '../prepare/validate.ts';
import type { Answer } from '../stream/accumulator.ts';
import { sumUsage, UNKNOWN_USAGE } from '../stream/usage.ts';
import type { Timeouts } from '../types/call-options.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { type Attempt, LlmError, type PartialResponse, withDetails } from '../types/llm-error.ts';
import type { OperationResponse } from '../types/operations.ts';
import type { Capabilities, ModelContext } from '../types/provider.ts';
import type { ModelRequest } from '../types/request.ts';
import type { Warning } from '../types/response.ts';
import type { Usage } from '../types/usage.ts';
import { type Check, type Members, open } from '../util/checks.ts';
import { isRecord } from '../util/values.ts';

/** Model and facts of a response; see `OperationResponse`. */
export type ServedBy = Pick<OperationResponse, 'model' | 'vendor'>;

/** Returns the model and the facts of a backend's response, without absent members. */
export const servedBy = ({ model, vendor }: ServedBy): ServedBy => ({
  ...(model !== undefined && { model }),
  ...(vendor !== undefined && { vendor }),
});

/** Request to one target whose response arrives as a single value. */
export interface SingleRequest<Value extends ServedBy, Result> {
  readonly target: string;
  readonly payload: NonNullable<AttemptInfo['payload']>;
  readonly capabilities?: Capabilities | undefined;
  readonly timeouts: Timeouts | undefined;
  /** Changes that were made to the request for this target. */
  readonly warnings: readonly Warning[];
  send(context: ModelContext): Promise<Value>;
  /** Returns the error of a response that is a failure, such as a response without an image. */
  fault?(value: Value): LlmError | undefined;
  usage(value: Value): Usage | undefined;
  /** Returns the result of the call. `warnings` describe changes to the request. */
  result(value: Value, warnings: readonly Warning[], facts: CallFacts): Result;
}

interface CallFacts {
  readonly spec: string;
  readonly attempts: readonly Attempt[];
}

/** Chat request that gates receive for other operations, whose request is in `payload`. */
export const EMPTY_REQUEST: ModelRequest = {
  system: undefined,
  messages: [],
  tools: [],
  output: undefined,
  extra: {},
};

type MembersOf<Request> = { readonly [Name in keyof Request]?: Check };

/**
 * Returns a function that throws `invalid-request` with the path for an invalid request, also for a misspelled member.
 *
 * @param otherNames names of other libraries in lower case and without underscores, with the member's name
 */
export function requestCheck<Request extends object>(
  required: MembersOf<Request>,
  optional: MembersOf<Request>,
  otherNames: Readonly<Record<string, keyof Request & string>> = {},
): (request: Request) => void {
  const members = open(required as Members, optional as Members);
  const names = Object.keys({ ...required, ...optional });
  return (request) => {
    if (!isRecord(request)) throw invalidError('the request', 'must be an object');
    checkMembers(request, names, otherNames);
    checkRequestPart(members, request);
  };
}

/**
 * Sends a request, and yields its response. Not a method of `prepareSingle`, because each generator function has its own hidden
 * class, which V8 keeps with the scope of the function, here the request, until the next full garbage collection.
 */
async function* sendSingle<Value extends ServedBy, Result>(
  single: SingleRequest<Value, Result>,
  context: ModelContext,
): AsyncGenerator<Value, void> {
  yield await single.send(context);
}

/** Prepares a request whose response is a single event, which is both the content and the finish. */
export function prepareSingle<Value extends ServedBy, Result>(
  single: SingleRequest<Value, Result>,
): PreparedCall<Value, Result> {
  const { payload, capabilities = {}, timeouts, warnings } = single;
  return {
    request: EMPTY_REQUEST,
    payload,
    capabilities,
    timeouts,
    isNonStreaming: true,
    // Recoveries change only chat requests. Here the request is sent unchanged, for example with another credential.
    withRecovery: ({ what }, why) =>
      prepareSingle({ ...single, warnings: [...warnings, { action: 'repaired', what, why }] }),
    open: (context) => sendSingle(single, context),
    newAnswer: () => new SingleAnswer(single),
  };
}

/** Item of a streamed operation that the caller reads before the response has arrived. */
export interface StreamItem<Item> {
  readonly item: Item;
}

/** Request to one target that yields items before its response. */
export interface StreamedRequest<Value extends ServedBy, Result, Item> extends SingleRequest<Value, Result> {
  /** Sends the request, instead of `send`. */
  stream(context: ModelContext): AsyncIterator<StreamItem<Item> | Value>;
  /** Returns the content of a stream that failed after these items. */
  partialOf(items: readonly Item[]): Pick<PartialResponse, 'parts' | 'text'>;
}

/** Prepares a request whose items are content, and whose response is the finish. */
export const prepareStreamed = <Value extends ServedBy, Result, Item>(
  streamed: StreamedRequest<Value, Result, Item>,
): PreparedCall<StreamItem<Item> | Value, Result> => ({
  ...prepareSingle<Value, Result>(streamed),
  isNonStreaming: false,
  withRecovery: ({ what }, why) =>
    prepareStreamed({ ...streamed, warnings: [...streamed.warnings, { action: 'repaired', what, why }] }),
  open: (context) => streamed.stream(context),
  newAnswer: () => new StreamedAnswer(streamed),
});

/**
 * Answer that arrives as a single value. Another attempt cannot continue it, so `shown` returns no parts. A class, because V8 keeps the
 * scope of a getter of an object literal; see `Lapse`.
 */
class SingleAnswer<Value extends ServedBy, Result> implements Answer<Value, Result> {
  private value: Value | undefined;
  private readonly single: SingleRequest<Value, Result>;

  constructor(single: SingleRequest<Value, Result>) {
    this.single = single;
  }

  get usage(): Usage | undefined {
    return this.value && this.single.usage(this.value);
  }

  get model(): string | undefined {
    return this.value?.model;
  }

  push(event: Value): 'finish' {
    this.value = event;
    return 'finish';
  }

  opening(buffered: readonly Value[]): readonly Value[] {
    return buffered;
  }

  fault(): LlmError | undefined {
    const { value, single } = this;
    if (value === undefined) return new LlmError('protocol', `${single.target} returned no response`);
    return single.fault?.(value);
  }

  shown(): readonly [] {
    return [];
  }

  partial(): undefined {
    return undefined;
  }

  result(facts: CallFacts): Result {
    const { value, single } = this;
    // A missing value was already reported as a failure, so the value is set here.
    return single.result(value as Value, single.warnings, facts);
  }
}

/** Answer whose items arrive before its value. */
class StreamedAnswer<Value extends ServedBy, Result, Item> implements Answer<
  StreamItem<Item> | Value,
  Result
> {
  private readonly items: Item[] = [];
  private readonly streamed: StreamedRequest<Value, Result, Item>;
  private readonly answer: SingleAnswer<Value, Result>;

  constructor(streamed: StreamedRequest<Value, Result, Item>) {
    this.streamed = streamed;
    this.answer = new SingleAnswer(streamed);
  }

  get usage(): Usage | undefined {
    return this.answer.usage;
  }

  get model(): string | undefined {
    return this.answer.model;
  }

  push(event: StreamItem<Item> | Value): 'content' | 'finish' {
    if (!('item' in event)) return this.answer.push(event);
    this.items.push(event.item);
    return 'content';
  }

  opening(buffered: readonly (StreamItem<Item> | Value)[]): readonly (StreamItem<Item> | Value)[] {
    return buffered;
  }

  fault(): LlmError | undefined {
    return this.answer.fault();
  }

  shown(): readonly [] {
    return [];
  }

  partial(): PartialResponse | undefined {
    const { items, streamed } = this;
    if (items.length === 0) return undefined;
    const { parts, text } = streamed.partialOf(items);
    return { id: undefined, target: streamed.target, parts, text, usage: undefined };
  }

  result(facts: CallFacts): Result {
    return this.answer.result(facts);
  }
}

/** Returns usage that is billed in units other than tokens. */
export const usageOfUnits = (units: Readonly<Record<string, number>>): Usage => ({
  ...UNKNOWN_USAGE,
  details: { units },
});

/** Creates the error for an invalid response from a backend. `path` names the invalid member. */
export const protocolError = (target: string, path: string, problem: string): LlmError =>
  new LlmError('protocol', `${target}: ${path}: ${problem}`, { path });

/** Returns the error of a failed request, with the usage of the answered requests, because the vendor bills them. */
export function withUsage(cause: unknown, target: string, usages: readonly (Usage | undefined)[]): LlmError {
  const error = asLlmError(cause, target);
  const usage = sumUsage(...usages, error.details.partial?.usage);
  if (usage === undefined) return error;
  return withDetails(error, { partial: { id: undefined, target, parts: [], text: '', usage } });
}
