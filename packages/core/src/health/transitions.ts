import type { TargetHealth, Verdict } from '../types/health.ts';

/**
 * One record per target; tracker, cooldown and circuit breaker are views of it. `benched` with `until` in the past is
 * half-open; while `probing`, `until` is when the claim lapses by itself.
 */
export interface Condition extends TargetHealth {
  /** Counts changes of state: a verdict counts only if its attempt began in this epoch. */
  readonly epoch: number;
  /** Where the last bench ends, also while it is probed. Epoch ms. */
  readonly benchEnd: number;
  /** An operator's word, here or in another process: a bench that only its end and an operator lift. */
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

/** May nobody but a probe in flight use it? Then until when. */
export function blockedUntil({ state, until }: Condition, now: number): number | undefined {
  return state !== 'healthy' && until !== undefined && until > now ? until : undefined;
}

/** Pure: a half-open target is claimed for one probe, which lapses by itself after `claimMs`. */
export function claimed(condition: Condition, now: number, claimMs: number): Condition {
  if (condition.state === 'healthy') return condition;
  return changed(condition, { state: 'probing', until: now + claimMs });
}

/** Pure: content arrived. It ends a probe; the bench count stays until the finish. */
export function committed(condition: Condition): Condition {
  return condition.state === 'probing'
    ? changed(condition, { state: 'healthy', until: undefined })
    : condition;
}

/** Pure: content arrived of a target that was asked although it is benched. */
export function committedEarly(condition: Condition): Condition {
  const { state, isByHand } = condition;
  return state === 'healthy' || isByHand
    ? condition
    : changed(condition, { state: 'healthy', until: undefined, benchEnd: 0 });
}

/** Pure: a whole answer. */
export function finished(condition: Condition): Condition {
  const { state, failures, benches } = condition;
  if (state === 'probing')
    return changed(condition, { state: 'healthy', failures: 0, benches: 0, until: undefined });
  return failures === 0 && benches === 0 ? condition : { ...condition, failures: 0, benches: 0 };
}

export interface Failure {
  readonly retryAfterMs: number | undefined;
  /** Bench without waiting for the threshold. */
  readonly atOnce: boolean;
}

/** Pure: a failure that counts. */
export function failed(
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
  return benchedTo(condition, condition.benches + 1, Math.max(now + wait, condition.benchEnd));
}

/** Pure: a probe ended without a verdict; the next call may probe. */
export function released(condition: Condition): Condition {
  const { state, benchEnd } = condition;
  return state === 'probing' ? changed(condition, { state: 'benched', until: benchEnd }) : condition;
}

/** Pure: an operator's bench. It outlives successes, since they began before it. */
export const benchedByHand = (condition: Condition, until: number): Condition => ({
  ...benchedTo(condition, condition.benches, until),
  isByHand: true,
});

/** Pure: an operator's word that all is well. */
export const unbenched = (condition: Condition): Condition =>
  changed(condition, {
    state: 'healthy',
    failures: 0,
    benches: 0,
    until: undefined,
    benchEnd: 0,
    isByHand: true,
  });

/** Pure: another process's verdict. A probe in flight is worth more than hearsay, and an operator's word than a finding. */
export function accepted(condition: Condition, verdict: Verdict, until: number): Condition {
  const { state, isByHand } = condition;
  const byHand = !!verdict.isByHand;
  const before = condition.until ?? 0;
  const isWell = verdict.state === 'healthy';
  const isNoNews = isWell
    ? state === 'healthy' || (isByHand && !byHand)
    : before >= until && (isByHand || !byHand);
  if (state === 'probing' || isNoNews) return condition;
  const after = isWell
    ? unbenched(condition)
    : benchedTo(condition, verdict.benches, Math.max(before, until));
  return { ...after, isByHand: byHand };
}

/** Pure: from a snapshot of perhaps another clock; no bench is longer than any could be, but for an operator's. */
export function restored(
  condition: Condition,
  health: TargetHealth,
  policy: HealthPolicy,
  now: number,
): Condition {
  const { state, failures, benches, until = now, isByHand = false } = health;
  if (state === 'healthy')
    return changed(condition, { state, failures, benches, until: undefined, benchEnd: 0, isByHand });
  const latest = isByHand ? until : now + Math.max(policy.cooldownCapMs, policy.retryAfterCapMs);
  // A probe of another process is nobody's here: half-open.
  const end = state === 'probing' ? now : Math.min(until, latest);
  return { ...benchedTo(condition, benches, end), failures, isByHand };
}

const benchedTo = (condition: Condition, benches: number, until: number): Condition =>
  changed(condition, { state: 'benched', failures: 0, benches, until, benchEnd: until, isByHand: false });

const changed = (condition: Condition, next: Partial<Condition>): Condition => ({
  ...condition,
  ...next,
  epoch: condition.epoch + 1,
});
