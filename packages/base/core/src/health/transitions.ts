import type { TargetHealth, Verdict } from '../types/health.ts';

/**
 * Health of one target. If the state is `benched` and `until` is in the past, the next attempt is a probe. In the state
 * `probing`, `until` is the time at which the probe's claim expires.
 */
export interface Condition extends TargetHealth {
  /** Number of state changes. The result of an attempt is applied only if the attempt began in the current epoch. */
  readonly epoch: number;
  /** End of the last bench in epoch milliseconds. A probe does not change this time. */
  readonly benchEnd: number;
  /** Whether an operator set the state, in this or another process. Results of attempts do not end an operator's bench. */
  readonly isByHand: boolean;
}

export interface HealthPolicy {
  readonly threshold: number;
  readonly cooldownMs: number;
  readonly cooldownCapMs: number;
  readonly retryAfterCapMs: number;
}

export const HEALTHY: Condition = {
  state: 'healthy',
  failures: 0,
  benches: 0,
  until: undefined,
  epoch: 0,
  benchEnd: 0,
  isByHand: false,
};

// The functions below have no side effects. Each function whose name begins with `after` returns the condition after an event.

/** Returns the end of the bench or probe that blocks the target now, in epoch milliseconds; `undefined` if none does. */
export function blockedUntil({ state, until }: Condition, now: number): number | undefined {
  return state !== 'healthy' && until !== undefined && until > now ? until : undefined;
}

/** Claims a target for one probe after the end of its bench. Does not change a healthy target. */
export function afterClaim(condition: Condition, now: number, claimMs: number): Condition {
  if (condition.state === 'healthy') return condition;
  return changed(condition, { state: 'probing', until: now + claimMs });
}

/** Ends a probe with success at the first content. The number of benches is reset only when the response is complete. */
export function afterCommit(condition: Condition): Condition {
  return condition.state === 'probing'
    ? changed(condition, { state: 'healthy', until: undefined })
    : condition;
}

/** Ends a bench, unless it is manual, because the target was contacted during the bench and sent content. */
export function afterEarlyCommit(condition: Condition): Condition {
  const { state, isByHand } = condition;
  return state === 'healthy' || isByHand
    ? condition
    : changed(condition, { state: 'healthy', until: undefined, benchEnd: 0 });
}

/** Resets the counters after a complete response. */
export function afterFinish(condition: Condition): Condition {
  const { state, failures, benches } = condition;
  if (state === 'probing')
    return changed(condition, { state: 'healthy', failures: 0, benches: 0, until: undefined });
  return failures === 0 && benches === 0 ? condition : { ...condition, failures: 0, benches: 0 };
}

export interface Failure {
  readonly retryAfterMs: number | undefined;
  /** Whether the failure benches the target even if the threshold is not reached. */
  readonly atOnce: boolean;
}

/** Counts a failure, and benches the target if the threshold is reached. */
export function afterFailure(
  condition: Condition,
  { retryAfterMs = 0, atOnce }: Failure,
  policy: HealthPolicy,
  now: number,
): Condition {
  const failures = condition.failures + 1;
  if (condition.state !== 'probing' && !atOnce && failures < policy.threshold)
    return { ...condition, failures };
  const cooldown = Math.min(policy.cooldownMs * 2 ** condition.benches, policy.cooldownCapMs);
  const wait = Math.max(cooldown, Math.min(retryAfterMs, policy.retryAfterCapMs));
  // A failure never shortens a bench.
  const end = Math.max(now + wait, condition.benchEnd);
  return benchedTo(condition, condition.benches + 1, end);
}

/** Ends a probe that ended without a result, for example because the call was aborted. The next call may probe the target. */
export function afterRelease(condition: Condition): Condition {
  const { state, benchEnd } = condition;
  return state === 'probing' ? changed(condition, { state: 'benched', until: benchEnd }) : condition;
}

/** Benches the target manually. The results of running attempts do not end a manual bench. */
export const afterManualBench = (condition: Condition, until: number): Condition => ({
  ...benchedTo(condition, condition.benches, until),
  isByHand: true,
});

/** Marks the target as healthy on behalf of an operator. */
export const afterManualUnbench = (condition: Condition): Condition =>
  changed(condition, {
    state: 'healthy',
    failures: 0,
    benches: 0,
    until: undefined,
    benchEnd: 0,
    isByHand: true,
  });

/** Applies a verdict of another process. A running probe takes precedence. Only a manual verdict ends a manual bench. */
export function afterVerdict(condition: Condition, verdict: Verdict, until: number): Condition {
  const { state } = condition;
  const isByHand = !!verdict.isByHand;
  const before = condition.until ?? 0;
  const isHealthy = verdict.state === 'healthy';
  const endsBench = state !== 'healthy' && (isByHand || !condition.isByHand);
  const extendsBench = until > before || (isByHand && !condition.isByHand);
  const hasEffect = isHealthy ? endsBench : extendsBench;
  if (state === 'probing' || !hasEffect) return condition;
  const after = isHealthy
    ? afterManualUnbench(condition)
    : benchedTo(condition, verdict.benches, Math.max(before, until));
  return { ...after, isByHand };
}

/** Restores a snapshot. Limits the end of a bench that is not manual, because the clock of the snapshot may differ. */
export function afterRestore(
  condition: Condition,
  health: TargetHealth,
  policy: HealthPolicy,
  now: number,
): Condition {
  const { state, failures, benches, until = now, isByHand = false } = health;
  if (state === 'healthy')
    return changed(condition, { state, failures, benches, until: undefined, benchEnd: 0, isByHand });
  const latest = isByHand ? until : now + Math.max(policy.cooldownCapMs, policy.retryAfterCapMs);
  // A probe ends with its process, so restore the target as benched. The next call may probe it.
  const end = state === 'probing' ? now : Math.min(until, latest);
  return { ...benchedTo(condition, benches, end), failures, isByHand };
}

/** Returns a condition with a new bench. */
const benchedTo = (condition: Condition, benches: number, until: number): Condition =>
  changed(condition, { state: 'benched', failures: 0, benches, until, benchEnd: until, isByHand: false });

/** Returns a condition of a new epoch, so that the results of attempts that are running are ignored. */
const changed = (condition: Condition, next: Partial<Condition>): Condition => ({
  ...condition,
  ...next,
  epoch: condition.epoch + 1,
});
