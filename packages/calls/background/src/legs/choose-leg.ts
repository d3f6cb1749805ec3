import { LlmError, type PreparedTarget, type TargetHealth } from '@majordomo/core';
import { exhaustedError, restoredError, storedAttempt, storedError } from '@majordomo/core/toolkit';
import { ABANDONED } from './legs.ts';
import { attemptsOf, isLiveLeg, type JobRecord, type LegRecord } from '../record/record.ts';
import { hasJobApi } from '../vendor/targets.ts';

/** Next step of a job. */
export interface Choice {
  /** Legs of the targets that were skipped before. */
  readonly skipped: readonly LegRecord[];
  /** Target of the next leg; `undefined` if the job has failed. */
  readonly target: PreparedTarget | undefined;
  /** Whether the target has refused the start, and the start is tried again. */
  readonly isRetry: boolean;
  /** Targets that a live call tries first, in order; `undefined` for the order of the job. A job at a vendor does not use it. */
  readonly order: readonly string[] | undefined;
  /** Error of the job if it has no target left. */
  readonly error: LlmError | undefined;
}

interface Facts {
  readonly isLive: boolean;
  readonly health: Readonly<Record<string, TargetHealth>>;
  readonly now: number;
}

/**
 * Chooses the target of the next leg. A start is repeated if its process has died, or if the target has refused it and the policy
 * retries after the error. Otherwise the next target follows, if the policy advances after the error of the last leg.
 */
export function chooseLeg(record: JobRecord, targets: readonly PreparedTarget[], facts: Facts): Choice {
  const last = record.legs.at(-1);
  const unused = targets.filter(({ attempt }) => !isUsedUp(attempt.target, record));
  // A live call decides after its own errors. A leg follows it only if its process has died, and makes the call again.
  if (last?.error === undefined || isLiveLeg(last)) return nextChoice(record, unused, facts);
  const error = restoredError(last.error);
  const same = targets.find(({ attempt }) => attempt.target === last.target);
  // The chain may have changed, so that it no longer contains the target. Its other targets have the same policy.
  const decision = (same ?? targets[0])?.decide(error);
  if (same !== undefined && isUnacceptedStart(last)) {
    // The vendor may not have received the start. `refusalOf` limits the number of repetitions.
    if (error.details.code === ABANDONED) return { ...NOTHING, target: same };
    if (decision?.retry === true && isFirstStart(last, record))
      return { ...NOTHING, target: same, isRetry: true };
  }
  if (decision?.advance === true || isSkippedByDenial(last, error)) return nextChoice(record, unused, facts);
  return { ...NOTHING, error };
}

const NOTHING: Choice = {
  skipped: [],
  target: undefined,
  isRetry: false,
  order: undefined,
  error: undefined,
};

/** Whether the vendor has not accepted the job of this leg, as far as is known. */
const isUnacceptedStart = ({ job }: LegRecord): boolean => job !== undefined && job.ref === undefined;

const isFirstStart = ({ target: key }: LegRecord, { legs }: JobRecord): boolean =>
  legs.filter(({ target, job }) => target === key && job !== undefined).length === 1;

/**
 * Whether a denial before the start leads to the next target, which may have other data handling or another price. The leg of a
 * denial that ends the job has a job.
 */
const isSkippedByDenial = ({ job, isSkipped }: LegRecord, { kind }: LlmError): boolean =>
  kind === 'denied' && isSkipped === true && job === undefined;

/** Whether a target was skipped or had a job. A target with an interrupted live call is not used up, because the call is repeated. */
const isUsedUp = (key: string, { legs }: JobRecord): boolean =>
  legs.some((leg) => leg.target === key && !isLiveLeg(leg));

/** Returns the first target that accepts the request. Benched targets follow the others. */
function nextChoice(record: JobRecord, unused: readonly PreparedTarget[], facts: Facts): Choice {
  const { isLive, now } = facts;
  const healthy = unused.filter((target) => !isBenched(target, facts));
  const benched = unused.filter((target) => isBenched(target, facts));
  const candidates = [...healthy, ...benched];
  // There are no live calls for videos.
  const permitsLive = isLive && record.operation !== 'video';
  const skipped: LegRecord[] = [];
  for (const [at, target] of candidates.entries()) {
    const { attempt, refusal } = target;
    if (!hasJobApi(target) && permitsLive) {
      // The complete chain has the order of the job, which a function of the application may compute for each call.
      const isCompleteChain = record.legs.length === 0 && at === 0 && benched.length === 0;
      const order = isCompleteChain ? undefined : candidates.slice(at).map((each) => each.attempt.target);
      return { ...NOTHING, skipped, target, order };
    }
    const error = refusal ?? (hasJobApi(target) ? undefined : noJobApi(attempt.target));
    if (error === undefined) return { ...NOTHING, skipped, target };
    skipped.push(skippedLeg(target, error, now));
    // A denial before a start concerns only this target (`isSkippedByDenial`).
    const advances = target.decide(error).advance || error.kind === 'denied';
    if (!advances) return { ...NOTHING, skipped, error };
  }
  return { ...NOTHING, skipped, error: noTargetLeft({ ...record, legs: [...record.legs, ...skipped] }) };
}

function isBenched({ attempt }: PreparedTarget, { health, now }: Facts): boolean {
  const { state, until = Infinity } = health[attempt.target] ?? {};
  return state === 'benched' && until > now;
}

const noJobApi = (target: string): LlmError =>
  new LlmError('unsupported', `${target} has no job API`, { target });

/** Returns the leg of a target that was not called. */
export function skippedLeg({ attempt }: PreparedTarget, error: LlmError, now: number): LegRecord {
  const { target, vendor, model, billing } = attempt;
  const skipped = { target, vendor, model, billing, outcome: 'skipped', usage: undefined, ms: 0 } as const;
  return {
    state: 'ended',
    startedAt: now,
    endedAt: now,
    target,
    attempts: [storedAttempt({ ...skipped, error })],
    error: storedError(error),
    nanoUsd: '0',
    isSkipped: true,
  };
}

/** Returns the error of a job whose chain has no further target. */
function noTargetLeft(record: JobRecord): LlmError {
  const attempts = attemptsOf(record);
  const targets = [...new Set(attempts.map(({ target }) => target))];
  return exhaustedError(record.spec, targets, attempts, undefined);
}
