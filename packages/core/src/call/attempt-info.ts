import { type Admission, admit } from '../gates/admit.ts';
import type { Target } from '../resolve/resolve.ts';
import type { AttemptInfo } from '../types/gate.ts';
import { LlmError } from '../types/llm-error.ts';
import type { Call, ChainDeps, PreparedCall } from './call.ts';
import type { CallScope } from './call-scope.ts';
import { unreadMsOf } from './settings.ts';
import { Lease } from './timers.ts';

/** What stands next to an attempt that gates or hooks look at. */
export interface Watched {
  readonly info: AttemptInfo;
  readonly lifeline: Lease;
  /** The answer of the gates: the permits, or the denial. */
  readonly asked: Promise<Admission | LlmError>;
}

/** Shows an attempt that is about to begin, and asks the gates whether it may. */
export function watch<Event extends object, Result>(
  place: Target,
  attempt: number,
  prepared: PreparedCall<Event, Result>,
  call: Call<Event, Result>,
  { gates, clock }: ChainDeps,
  scope: CallScope,
): Watched {
  const lifeline = new Lease(clock, unreadMsOf(call.settings.timeouts));
  const info: AttemptInfo = {
    call: call.info,
    operation: call.operation.type,
    target: place.key,
    vendor: place.provider.vendor,
    billing: place.provider.billing,
    model: place.modelId,
    name: place.name,
    attempt,
    request: prepared.request,
    payload: prepared.payload,
    capabilities: prepared.capabilities,
    delivery: prepared.isNonStreaming ? 'complete' : 'deltas',
    signal: scope.signal,
    get isLapsed() {
      return lifeline.isLapsed;
    },
  };
  return { info, lifeline, asked: admit(gates, info, clock, call.waitUntil).catch(denial) };
}

/** Anything else ends the call. */
function denial(error: unknown): LlmError {
  if (LlmError.is(error, 'denied')) return error;
  throw error;
}
