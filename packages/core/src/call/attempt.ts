import type { LlmError } from '../contract/llm-error.ts';
import { asLlmError } from '../error/as-llm-error.ts';
import { decisionFor } from '../error/policy.ts';
import { FREE } from '../gates/admission.ts';
import type { Bench } from '../health/tracker.ts';
import type { Call, ChainDeps } from './call.ts';
import { benchedError } from './benched-error.ts';
import type { PreparedCall } from './operation.ts';
import { skippedAttempt, type CallRecord, type PassedOver } from './record.ts';
import { RunningAttempt } from './running-attempt.ts';
import { mergeTimeouts } from '../merge-timeouts.ts';
import type { ChainSettings } from './settings.ts';
import type { CallScope } from './scope.ts';
import type { ClaimMode } from './standing.ts';
import { longestSilence } from './watch.ts';
import type { Visit } from './visit.ts';
import { watch } from './watched-attempt.ts';

/**
 * What comes before each attempt: is the target benched? Can it take the request? Do the gates admit it? Is it benched
 * by now? Only then is the probe claimed, and the attempt may open its connection.
 *
 * @param mode how the target is asked, should it be benched
 * @param isWanted asked once the gates have answered
 */
export async function beginAttempt<Event extends object, Result>(
  visit: Visit<Event, Result>,
  call: Call<Event, Result>,
  deps: ChainDeps,
  scope: CallScope,
  record: CallRecord,
  mode: ClaimMode,
  isWanted?: () => boolean,
): Promise<RunningAttempt<Event, Result> | PassedOver> {
  const target = visit.place.key;
  scope.throwIfStopped();
  if (mode === 'unless-benched') {
    const bench = visit.standing.bench();
    if (bench !== undefined) return asBenched(target, bench, deps);
  }

  const prepared = await prepare(visit, scope);
  if (prepared instanceof Error) return passedOver('unsupported', prepared, visit.settings);

  const number = visit.nextNumber();
  const watched = isWatched(deps) ? watch(visit.place, number, prepared, call, deps, scope) : undefined;
  const admission = (await watched?.asked) ?? FREE;
  if (admission instanceof Error) return passedOver('denied', admission, visit.settings);

  const isLate = isWanted?.() === false;
  const claim = isLate ? undefined : visit.standing.claim(mode, probeMs(prepared, visit.settings));
  if (claim === undefined) {
    const meanwhile = asBenched(target, visit.standing.bench(), deps);
    await admission.settle(skippedAttempt(visit.place, meanwhile.error));
    return meanwhile;
  }
  visit.began();
  if (claim.isProbe) record.health('probed', target);
  record.attemptStart(target, number);
  return new RunningAttempt({
    visit,
    call,
    deps,
    record,
    prepared,
    number,
    watched,
    admission,
    claim,
  });
}

function asBenched(target: string, bench: Bench | undefined, { clock }: ChainDeps): PassedOver {
  const error = benchedError(target, bench, clock.now());
  return { why: 'benched', error, until: bench?.until, advance: true };
}

function passedOver(why: PassedOver['why'], error: LlmError, { policy }: ChainSettings): PassedOver {
  const { advance } = decisionFor(error.kind, policy);
  return { why, error, until: undefined, advance: advance || error.details.code === 'advance' };
}

/** The error instead, where the target cannot take the request and the next one may. */
async function prepare<Event extends object, Result>(
  visit: Visit<Event, Result>,
  scope: CallScope,
): Promise<PreparedCall<Event, Result> | LlmError> {
  try {
    return await visit.prepare(scope);
  } catch (cause) {
    // A provider's own code may throw anything: then this target cannot be asked, and the next one may.
    const error = asLlmError(cause, visit.place.key);
    if (decisionFor(error.kind, visit.settings.policy).advance) return error;
    throw error;
  }
}

/** A probe is over at its first content: a claim that is older belongs to nobody any more. */
const probeMs = <Event extends object, Result>(
  { timeouts, isWhole }: PreparedCall<Event, Result>,
  { timeouts: own }: ChainSettings,
): number => longestSilence(mergeTimeouts(timeouts, own), isWhole);

const isWatched = ({ gates, around }: ChainDeps): boolean => gates.length > 0 || around !== undefined;
