import { LlmError, type PreparedTarget, type TargetHealth } from '@majordomo/core';
import { ABANDONED } from './legs.ts';
import { attemptsOf, type JobRecord, type LegRecord } from './record.ts';
import { errorOf, storedAttempt, storedError } from './stored-answer.ts';
import { hasJobApi } from './targets.ts';

/** Next step of a job. */
export interface Choice {
  /** Legs of the targets that were skipped before. */
  readonly skipped: readonly LegRecord[];
  /** Target of the next leg; `undefined` if the job has failed. */
  readonly target: PreparedTarget | undefined;
  /** Whether the target has refused the start, and the start is tried again. */
  readonly isRetry: boolean;
  /** Targets that a live call may use, in order; `undefined` for the complete chain. */
  readonly order: readonly string[] | undefined;
  /** Error of the job if it has no target left. */
  readonly error: LlmError | undefined;
}

interface Facts {
  readonly isLive: boolean;
  readonly health: Readonly<Record<string, TargetHealth>>;
  readonly now: number;
}

/** Chooses the target of the next leg: the same one for a repeated start, otherwise the next one that has no leg yet. */
export function chooseLeg(record: JobRecord, targets: readonly PreparedTarget[], facts: Facts): Choice {
  const last = record.legs.at(-1);
  const left = targets.filter(({ attempt }) => !hasLeg(record, attempt.target));
  if (last?.error === undefined || (last.job === undefined && last.isSkipped !== true))
    return nextChoice(record, left, facts);
  const same = targets.find(({ attempt }) => attempt.target === last.target);
  const error = errorOf(last.error);
  const hasNotStarted = last.job !== undefined && last.job.ref === undefined;
  // The process has died during the start, so the vendor may not have received it.
  if (same !== undefined && hasNotStarted && error.details.code === ABANDONED)
    return { ...NOTHING, target: same };
  const decision = (same ?? targets[0])?.decide(error);
  const legs = record.legs.filter(({ target, job }) => target === last.target && job !== undefined);
  if (same !== undefined && hasNotStarted && decision?.retry === true && legs.length === 1)
    return { ...NOTHING, target: same, isRetry: true };
  // Another target may have other data handling, or another price.
  const isDenied = last.isSkipped === true && last.job === undefined && error.kind === 'denied';
  if (decision?.advance !== true && !isDenied) return { ...NOTHING, error };
  return nextChoice(record, left, facts);
}

const NOTHING: Choice = {
  skipped: [],
  target: undefined,
  isRetry: false,
  order: undefined,
  error: undefined,
};

const hasLeg = ({ legs }: JobRecord, key: string): boolean =>
  legs.some(({ target, job, isSkipped }) => target === key && (job !== undefined || isSkipped === true));

/** Returns the first target that accepts the request. */
function nextChoice(
  record: JobRecord,
  left: readonly PreparedTarget[],
  { isLive, health, now }: Facts,
): Choice {
  const skipped: LegRecord[] = [];
  const isBenched = ({ attempt }: PreparedTarget): boolean => {
    const { state, until = Infinity } = health[attempt.target] ?? {};
    return state === 'benched' && until > now;
  };
  const healthy = left.filter((target) => !isBenched(target));
  const candidates = healthy.length > 0 ? healthy : left;
  for (const [at, target] of candidates.entries()) {
    const { attempt, refusal } = target;
    if (!hasJobApi(target) && isLive && record.operation !== 'video') {
      const isWhole =
        record.legs.length === 0 && skipped.length === 0 && at === 0 && healthy.length === left.length;
      const order = isWhole ? undefined : candidates.slice(at).map((each) => each.attempt.target);
      return { ...NOTHING, skipped, target, order };
    }
    const error = refusal ?? (hasJobApi(target) ? undefined : noJobApi(attempt.target));
    if (error === undefined) return { ...NOTHING, skipped, target };
    skipped.push(skippedLeg(target, error, now));
    if (!target.decide(error).advance && error.kind !== 'denied') return { ...NOTHING, skipped, error };
  }
  return { ...NOTHING, skipped, error: exhaustedError({ ...record, legs: [...record.legs, ...skipped] }) };
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
function exhaustedError(record: JobRecord): LlmError {
  const attempts = attemptsOf(record);
  const errors = attempts.flatMap(({ target, error }) => (error === undefined ? [] : [{ target, error }]));
  const cause = errors.at(-1)?.error;
  if (cause !== undefined && new Set(attempts.map(({ target }) => target)).size === 1) return cause;
  const problems = errors.map(({ target, error }) => `${target}: ${error.kind}, ${error.message}`);
  const why = problems.join('; ') || 'the spec has no targets';
  const { status, code, requestId, retryAfterMs } = cause?.details ?? {};
  const details = { status, code, requestId, retryAfterMs };
  return new LlmError('exhausted', `no target of "${record.spec}" answered: ${why}`, details, { cause });
}
