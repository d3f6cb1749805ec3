import type { AttemptInfo } from '../contract/gate.ts';
import { LlmError } from '../contract/llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import { admit, FREE, type Admission } from '../gates/admission.ts';
import type { Call, ChainDeps } from './call.ts';
import { benchedError } from './exhausted.ts';
import type { PreparedCall } from './operation.ts';
import { skippedAttempt, type CallRecord, type PassedOver } from './record.ts';
import { RunningAttempt } from './running-attempt.ts';
import type { CallScope } from './scope.ts';
import { benchOf, HealthClaim } from './target-health.ts';
import type { Visit } from './visit.ts';

/**
 * What comes before each attempt: is the target benched? Can it take the request? Do the gates admit it? Is it benched
 * by now? Only then is the probe claimed, and the attempt may open its connection.
 *
 * @param isForced a benched target is tried all the same
 */
export async function beginAttempt<Event extends object, Result>(
  visit: Visit<Event, Result>,
  call: Call<Event, Result>,
  deps: ChainDeps,
  scope: CallScope,
  record: CallRecord,
  isForced: boolean,
): Promise<RunningAttempt<Event, Result> | PassedOver> {
  const target = visit.place.key;
  scope.throwIfStopped();
  const benched = isForced ? undefined : asBenched(target, deps);
  if (benched !== undefined) return benched;

  const prepared = await prepare(visit, call, scope);
  if (prepared instanceof Error) return passedOver('unsupported', prepared, call);

  const number = visit.nextNumber();
  const info = isWatched(deps) ? attemptInfo(call, target, number, prepared, scope) : undefined;
  const admission = info === undefined ? FREE : await admitted(deps, info);
  if (admission instanceof Error) return passedOver('denied', admission, call);

  const meanwhile = isForced ? undefined : asBenched(target, deps);
  if (meanwhile !== undefined) {
    await admission.settle(skippedAttempt(target, meanwhile.error));
    return meanwhile;
  }
  visit.began();
  const claim = new HealthClaim(target, deps);
  if (claim.isProbe) record.health('probed', target);
  record.attemptStart(target, number);
  return new RunningAttempt({ visit, call, deps, record, prepared, number, info, admission, claim });
}

function asBenched(target: string, deps: ChainDeps): PassedOver | undefined {
  const bench = benchOf(target, deps);
  if (bench === undefined) return undefined;
  const error = benchedError(target, bench.until, bench.error, deps.clock.now());
  return { why: 'benched', error, until: bench.until, advance: true };
}

function passedOver<Event extends object, Result>(
  why: PassedOver['why'],
  error: LlmError,
  { settings }: Call<Event, Result>,
): PassedOver {
  const { advance } = decisionFor(error.kind, settings.policy);
  return { why, error, until: undefined, advance: advance || error.details.code === 'advance' };
}

/** The error instead, where the target cannot take the request and the next one may. */
async function prepare<Event extends object, Result>(
  visit: Visit<Event, Result>,
  { settings }: Call<Event, Result>,
  scope: CallScope,
): Promise<PreparedCall<Event, Result> | LlmError> {
  try {
    return await visit.prepare(scope);
  } catch (error) {
    if (LlmError.is(error) && decisionFor(error.kind, settings.policy).advance) return error;
    throw error;
  }
}

const isWatched = ({ gates, around }: ChainDeps): boolean => gates.length > 0 || around !== undefined;

/** The denial instead, if there was one. */
async function admitted({ gates, clock }: ChainDeps, info: AttemptInfo): Promise<Admission | LlmError> {
  try {
    return await admit(gates, info, clock);
  } catch (error) {
    if (LlmError.is(error, 'denied')) return error;
    throw error;
  }
}

function attemptInfo<Event extends object, Result>(
  { info: call, operation }: Call<Event, Result>,
  target: string,
  attempt: number,
  { request, payload, capabilities }: PreparedCall<Event, Result>,
  scope: CallScope,
): AttemptInfo {
  return {
    call,
    operation: operation.type,
    target,
    attempt,
    request,
    payload,
    capabilities,
    get signal() {
      return scope.signal;
    },
  };
}
