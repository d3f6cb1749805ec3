import type { PreparedCall } from '../call/contract.ts';
import { asLlmError } from '../errors/error-kind.ts';
import { checkMembers, checkRequestPart, invalidError } from '../prepare/validate.ts';
import type { Answer } from '../stream/accumulator.ts';
import { distinctWarnings } from '../stream/events.ts';
import { completeUsage, sumUsage, UNKNOWN_USAGE } from '../stream/usage.ts';
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

/** Members that the response of each backend has. */
type BackendValue = Pick<OperationResponse, 'model' | 'vendor' | 'usage' | 'warnings'>;

/** Request to one target whose response arrives as a single value. */
export interface SingleRequest<Value extends BackendValue, Result> {
  readonly target: string;
  readonly payload: NonNullable<AttemptInfo['payload']>;
  readonly capabilities?: Capabilities | undefined;
  readonly timeouts: Timeouts | undefined;
  /** Changes that were made to the request for this target. */
  readonly warnings: readonly Warning[];
  send(context: ModelContext): Promise<Value>;
  /** Returns the error of a response that is a failure, such as a response without an image. */
  fault?(value: Value): LlmError | undefined;
  /** Returns the usage of a response. @default its member `usage` */
  usage?(value: Value): Usage | undefined;
  /** Returns the result of the call. `common` has the members that the results of all operations have. */
  result(value: Value, common: CommonMembers): Result;
}

interface CallFacts {
  readonly spec: string;
  readonly attempts: readonly Attempt[];
}

interface CommonMembers extends BackendValue, CallFacts {
  readonly target: string;
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
async function* sendSingle<Value extends BackendValue, Result>(
  single: SingleRequest<Value, Result>,
  context: ModelContext,
): AsyncGenerator<Value, void> {
  yield await single.send(context);
}

/** Prepares a request whose response is a single event, which is both the content and the finish. */
export function prepareSingle<Value extends BackendValue, Result>(
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
    // Without `partialOf`, no item is an event.
    newAnswer: () => new SingleAnswer(single) as Answer<Value, Result>,
  };
}

/** Item of a streamed operation that the caller reads before the response has arrived. */
export interface StreamItem<Item> {
  readonly item: Item;
}

/** Request to one target that yields items before its response. */
export interface StreamedRequest<Value extends BackendValue, Result, Item> extends SingleRequest<
  Value,
  Result
> {
  /** Sends the request, instead of `send`. */
  stream(context: ModelContext): AsyncIterator<StreamItem<Item> | Value>;
  /** Returns the content of a stream that failed after these items. */
  partialOf(items: readonly Item[]): Pick<PartialResponse, 'parts' | 'text'>;
}

/** Prepares a request whose items are content, and whose response is the finish. */
export const prepareStreamed = <Value extends BackendValue, Result, Item>(
  streamed: StreamedRequest<Value, Result, Item>,
): PreparedCall<StreamItem<Item> | Value, Result> => ({
  ...prepareSingle<Value, Result>(streamed),
  isNonStreaming: false,
  withRecovery: ({ what }, why) =>
    prepareStreamed({ ...streamed, warnings: [...streamed.warnings, { action: 'repaired', what, why }] }),
  open: (context) => streamed.stream(context),
  newAnswer: () => new SingleAnswer(streamed),
});

/**
 * Answer that arrives as a single value, after the items if it is streamed. Another attempt cannot continue it, so `shown` returns no
 * parts. A class, because V8 keeps the scope of a getter of an object literal; see `Lapse`.
 */
class SingleAnswer<Value extends BackendValue, Result, Item> implements Answer<
  StreamItem<Item> | Value,
  Result
> {
  private value: Value | undefined;
  private readonly items: Item[] = [];
  private readonly single: SingleRequest<Value, Result> &
    Partial<Pick<StreamedRequest<Value, Result, Item>, 'partialOf'>>;

  constructor(single: SingleAnswer<Value, Result, Item>['single']) {
    this.single = single;
  }

  get usage(): Usage | undefined {
    const { value, single } = this;
    return value && (single.usage === undefined ? value.usage : single.usage(value));
  }

  get model(): string | undefined {
    return this.value?.model;
  }

  push(event: StreamItem<Item> | Value): 'content' | 'finish' {
    // Only a stream has items. A backend that does not stream may return `undefined`.
    if (this.single.partialOf !== undefined && 'item' in event) {
      this.items.push(event.item);
      return 'content';
    }
    this.value = event as Value;
    return 'finish';
  }

  opening(buffered: readonly (StreamItem<Item> | Value)[]): readonly (StreamItem<Item> | Value)[] {
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

  partial(): PartialResponse | undefined {
    const { items, single } = this;
    if (items.length === 0 || single.partialOf === undefined) return undefined;
    const { parts, text } = single.partialOf(items);
    return { id: undefined, target: single.target, parts, text, usage: undefined };
  }

  result(facts: CallFacts): Result {
    const { single, usage } = this;
    // A missing value was already reported as a failure, so the value is set here.
    const value = this.value as Value;
    return single.result(value, {
      target: single.target,
      ...servedBy(value),
      usage,
      warnings: [...single.warnings, ...value.warnings],
      ...facts,
    });
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

/**
 * Sends the requests of one attempt in sequence, and passes each response to `use`. Returns the usage and the warnings of all. If a
 * request fails, the error has the usage of the answered requests.
 */
export async function sendInSequence<Item, Response extends BackendValue>(
  items: readonly Item[],
  context: ModelContext,
  send: (item: Item) => Promise<Response>,
  use: (response: Response, item: Item) => void,
): Promise<BackendValue> {
  const usages: (Usage | undefined)[] = [];
  const warnings: Warning[] = [];
  let served: ServedBy = {};
  for (const item of items) {
    try {
      const response = await send(item);
      usages.push(response.usage);
      // All requests have the same target, so the model of the last response served them all.
      served = servedBy(response);
      if (response.usage) context.reportUsage?.(sumUsage(...usages) ?? response.usage);
      use(response, item);
      warnings.push(...response.warnings);
    } catch (cause) {
      throw withUsage(cause, context.target, usages);
    }
  }
  return { ...served, usage: completeUsage(usages), warnings: distinctWarnings(warnings) };
}

/** Returns the error of a failed request, with the usage of the answered requests, because the vendor bills them. */
export function withUsage(cause: unknown, target: string, usages: readonly (Usage | undefined)[]): LlmError {
  const error = asLlmError(cause, target);
  const usage = sumUsage(...usages, error.details.partial?.usage);
  if (usage === undefined) return error;
  return withDetails(error, { partial: { id: undefined, target, parts: [], text: '', usage } });
}
