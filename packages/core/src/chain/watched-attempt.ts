import type { CallInfo, OperationType } from '../contract/call.ts';
import type { Capabilities } from '../contract/capabilities.ts';
import type { AttemptInfo } from '../contract/gate.ts';
import { LlmError, type Billing } from '../contract/llm-error.ts';
import type { ModelRequest } from '../contract/request.ts';
import type { Admission } from '../gates/admission.ts';
import { admit } from '../gates/admit.ts';
import type { Place } from '../resolve/resolve.ts';
import type { Call, ChainDeps } from './call.ts';
import { Lifeline } from './lifeline.ts';
import type { Operation, PreparedCall } from './operation.ts';
import type { CallScope } from './scope.ts';
import { unreadMsOf } from './settings.ts';

/** What stands beside an attempt that gates or hooks look at. */
export interface Watched {
  readonly info: AttemptInfo;
  readonly lifeline: Lifeline;
  /** What the gates said; the denial instead, if there was one. At once, where all of them answered at once. */
  readonly asked: Admission | Promise<Admission | LlmError>;
}

/** Shows an attempt that is about to begin, and asks the gates whether it may. */
export function watch<Event extends object, Result>(
  place: Place,
  attempt: number,
  prepared: PreparedCall<Event, Result>,
  call: Call<Event, Result>,
  { gates, clock }: ChainDeps,
  scope: CallScope,
): Watched {
  const lifeline = new Lifeline(clock, unreadMsOf(call.settings.timeouts));
  const info = new WatchedAttempt(call, place, attempt, prepared, scope, lifeline);
  const asked = admit(gates, info, clock, call.waitUntil);
  return { info, lifeline, asked: asked instanceof Promise ? asked.catch(denial) : asked };
}

/** Anything else ends the call. */
function denial(error: unknown): LlmError {
  if (LlmError.is(error, 'denied')) return error;
  throw error;
}

/**
 * An attempt as gates and hooks see it. A class, since V8 keeps a literal with getters of its own alive until the next
 * full collection, and all that they see with it: that was the whole call.
 */
class WatchedAttempt implements AttemptInfo {
  readonly call: CallInfo;
  readonly operation: OperationType | undefined;
  readonly target: string;
  readonly vendor: string | undefined;
  readonly billing: Billing | undefined;
  readonly model: string;
  readonly name: string | undefined;
  readonly attempt: number;
  readonly request: ModelRequest;
  readonly payload: AttemptInfo['payload'];
  readonly capabilities: Capabilities;
  readonly delivery: 'deltas' | 'whole';
  readonly signal: AbortSignal;
  readonly #lifeline: Lifeline;

  constructor(
    {
      info,
      operation,
    }: Pick<Call<object, unknown>, 'info'> & { readonly operation: Pick<Operation<object, unknown>, 'type'> },
    { key, provider, modelId, name }: Place,
    attempt: number,
    prepared: Seen,
    { signal }: CallScope,
    lifeline: Lifeline,
  ) {
    this.call = info;
    this.operation = operation.type;
    this.target = key;
    this.vendor = provider.vendor;
    this.billing = provider.billing;
    this.model = modelId;
    this.name = name;
    this.attempt = attempt;
    this.request = prepared.request;
    this.payload = prepared.payload;
    this.capabilities = prepared.capabilities;
    this.delivery = prepared.isWhole ? 'whole' : 'deltas';
    this.signal = signal;
    this.#lifeline = lifeline;
  }

  get isLapsed(): boolean {
    return this.#lifeline.isLapsed;
  }
}

type Seen = Pick<PreparedCall<object, unknown>, 'request' | 'payload' | 'capabilities' | 'isWhole'>;
