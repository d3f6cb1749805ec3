import type { Clock } from '../types/call-options.ts';
import type { Health, HealthOptions, TargetHealth, Verdict } from '../types/health.ts';
import type { LlmError } from '../types/llm-error.ts';
import { hash128 } from '../util/bytes.ts';
import { checkNumber } from '../util/options.ts';
import { notify } from '../util/listeners.ts';
import {
  afterClaim,
  afterCommit,
  afterEarlyCommit,
  afterFailure,
  afterFinish,
  afterManualBench,
  afterManualUnbench,
  afterRelease,
  afterRestore,
  afterVerdict,
  blockedUntil,
  type Condition,
  type Failure,
  type HealthPolicy,
  HEALTHY,
} from './transitions.ts';

type Listener = (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void;

/**
 * Bench: the open state of a circuit breaker. Calls skip the target until the bench ends. The first attempt after the bench is a
 * probe, which determines whether the target works again.
 */
export interface Bench {
  /** End of the bench, or of the claim of a running probe, in epoch milliseconds. */
  readonly until: number;
  /** End of the bench in epoch milliseconds, unless a running probe ends the bench earlier. */
  readonly comesBack: number;
  /** Failure that caused the bench; `undefined` for a bench that an operator or another process set. */
  readonly error: LlmError | undefined;
  /** Number that identifies the bench among all benches of the target. */
  readonly epoch: number;
  /** Whether a probe is running. */
  readonly isProbed: boolean;
}

/** Claim of one attempt. The result of the attempt is applied only if the target's epoch has not changed since the claim. */
export interface Stamp {
  readonly epoch: number;
  readonly isProbe: boolean;
  /** Whether the target is contacted before its bench ends. If such an attempt fails, the bench does not change. */
  readonly isEarly: boolean;
  /** Whether the claim excludes other early probes. */
  readonly isAlone: boolean;
}

/** Latest time that a `Date` can represent, in epoch milliseconds. A bench without a time limit ends at this time. */
export const END_OF_TIME = 8.64e15;

/** Maximum number of targets. Above this number, the target that has not changed for the longest time is removed. */
const MAX_TARGETS = 10_000;

/** Health of all targets. The health is in memory, and all views of one majordomo share it. */
export class HealthTracker implements Health {
  /** Conditions by health key: a target, a provider with a slash, or in the tracker of credentials a `credentialKey`. */
  private readonly conditions = new Map<string, Condition>();
  /** Failure that caused the last bench, by health key. */
  private readonly causes = new Map<string, LlmError>();
  /** Time until which an early probe excludes other early probes, by target, in epoch milliseconds. */
  private readonly earlyProbes = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  private credentialTracker: HealthTracker | undefined;
  private manualListener:
    | ((type: 'benched' | 'recovered', target: string, until: number | undefined) => void)
    | undefined;
  private readonly options: HealthOptions;
  private readonly policy: HealthPolicy;
  private readonly clock: Clock;
  private readonly random: () => number;

  constructor(options: HealthOptions, clock: Clock, random: () => number) {
    this.options = options;
    this.policy = {
      threshold: options.threshold ?? 2,
      cooldownMs: options.cooldownMs ?? 5000,
      cooldownCapMs: options.cooldownCapMs ?? 300_000,
      retryAfterCapMs: options.retryAfterCapMs ?? 3_600_000,
    };
    this.clock = clock;
    this.random = random;
  }

  // ---- For the chain

  /** Returns the health of credentials, by `credentialKey`. */
  credentials(): HealthTracker {
    return (this.credentialTracker ??= new HealthTracker(this.options, this.clock, this.random));
  }

  /** Returns the manual bench of the target's provider, otherwise the bench of the target; `undefined` if neither exists. */
  blocked(target: string): Bench | undefined {
    return this.benchOf(providerOf(target)) ?? this.benchOf(target);
  }

  /** Claims a target that is not blocked. A probe's claim expires after `claimMs` or `cooldownCapMs`, whichever is shorter. */
  claim(target: string, claimMs: number = Infinity): Stamp {
    const before = this.conditionOf(target);
    if (before.state === 'healthy')
      return { epoch: before.epoch, isProbe: false, isEarly: false, isAlone: false };
    const maxMs = Math.min(claimMs, this.policy.cooldownCapMs);
    const { epoch } = this.set(target, afterClaim(before, this.clock.now(), maxMs));
    return { epoch, isProbe: true, isEarly: false, isAlone: false };
  }

  /**
   * Claims a target before its bench ends.
   *
   * @param isAlone whether to exclude other early probes. If true, returns `undefined` while such a probe is running
   */
  claimEarly(target: string, claimMs: number, isAlone: boolean): Stamp | undefined {
    if (isAlone) {
      const now = this.clock.now();
      if (this.isProbedEarly(target)) return undefined;
      this.earlyProbes.set(target, now + Math.min(claimMs, this.policy.cooldownCapMs));
    }
    return { epoch: this.conditionOf(target).epoch, isProbe: true, isEarly: true, isAlone };
  }

  /** Reports the first content. Returns the new stamp. A later failure is counted only if it is reported with this stamp. */
  commit(target: string, stamp: Stamp): Stamp {
    const before = this.conditionOf(target);
    this.forgetEarly(target, stamp);
    if (before.epoch !== stamp.epoch) return stamp;
    const after = this.set(target, stamp.isEarly ? afterEarlyCommit(before) : afterCommit(before));
    // The commit has ended an automatic bench, so the attempt is no longer early. It has not ended a manual bench.
    return { ...stamp, epoch: after.epoch, isEarly: stamp.isEarly && after.isByHand, isAlone: false };
  }

  /** Reports the success of an attempt. */
  finish(target: string, stamp: Stamp): void {
    // The finish of an early attempt counts as its commit.
    const { epoch, isEarly } = stamp.isEarly ? this.commit(target, stamp) : stamp;
    const before = this.conditionOf(target);
    if (before.epoch === epoch && !isEarly) this.set(target, afterFinish(before));
  }

  /** Counts a failure. Returns the bench if the failure caused a bench. */
  fail(
    target: string,
    stamp: Stamp,
    failure: Failure,
    error: LlmError,
  ): Pick<Bench, 'until' | 'epoch'> | undefined {
    const before = this.conditionOf(target);
    this.forgetEarly(target, stamp);
    if (before.epoch !== stamp.epoch || stamp.isEarly) return undefined;
    const after = this.set(target, afterFailure(before, failure, this.policy, this.clock.now()));
    if (after.state !== 'benched') return undefined;
    this.causes.set(target, error);
    return { until: after.benchEnd, epoch: after.epoch };
  }

  /** Ends the claim of an attempt whose result does not concern the target, such as an aborted attempt. */
  release(target: string, stamp: Stamp): void {
    const before = this.conditionOf(target);
    this.forgetEarly(target, stamp);
    if (before.epoch === stamp.epoch && !stamp.isEarly) this.set(target, afterRelease(before));
  }

  // ---- For operators and other processes

  snapshot(): { readonly [target: string]: TargetHealth } {
    const snapshot: Record<string, TargetHealth> = {};
    for (const [target, condition] of this.conditions) snapshot[target] = publicHealth(condition);
    for (const [key, condition] of this.credentialTracker?.conditions ?? []) {
      const [target, credential] = key.split(SEPARATOR) as [string, string];
      const health = snapshot[target] ?? publicHealth(HEALTHY);
      const credentials = { ...health.credentials, [credential]: publicHealth(condition) };
      snapshot[target] = { ...health, credentials };
    }
    return snapshot;
  }

  restore(snapshot: { readonly [target: string]: TargetHealth }): void {
    const now = this.clock.now();
    for (const [target, health] of Object.entries(snapshot)) {
      this.set(target, afterRestore(this.conditionOf(target), health, this.policy, now));
    }
  }

  bench(target: string, ms: number): void {
    const value: unknown = ms;
    // `checkNumber` accepts `undefined`, but a bench must have a duration.
    checkNumber(value ?? null, 0, `ms of health.bench("${target}", ms)`);
    this.causes.delete(target);
    const until = Math.min(this.clock.now() + ms, END_OF_TIME);
    this.set(target, afterManualBench(this.conditionOf(target), until));
    this.manualListener?.('benched', target, until);
  }

  unbench(target: string): void {
    const all = target.endsWith('/') ? [...this.conditions.keys()].filter(belongsTo(target)) : [target];
    for (const each of all) {
      this.set(each, afterManualUnbench(this.conditionOf(each)));
      this.manualListener?.('recovered', each, undefined);
    }
    this.credentialTracker?.endBenches(belongsTo(target));
  }

  reset(): void {
    this.endBenches(() => true);
    this.credentialTracker?.reset();
  }

  /** Sets the listener for manual changes. */
  onManualChange(listener: NonNullable<HealthTracker['manualListener']>): void {
    this.manualListener = listener;
  }

  /** Applies a verdict of another process. Extends the bench at random by up to 50 %, so that not all processes probe at once. */
  accept(target: string, verdict: Verdict): void {
    const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 0;
    const before = this.conditionOf(target);
    const after = afterVerdict(before, verdict, Math.min(this.clock.now() + forMs, END_OF_TIME));
    if (after === before) return;
    this.causes.delete(target);
    this.set(target, after, 'accepted');
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private benchOf(target: string): Bench | undefined {
    const condition = this.conditions.get(target);
    if (condition === undefined || condition.state === 'healthy') return undefined;
    const until = blockedUntil(condition, this.clock.now());
    if (until === undefined) return undefined;
    return {
      until,
      comesBack: condition.benchEnd,
      error: this.causes.get(target),
      epoch: condition.epoch,
      isProbed: condition.state === 'probing' || this.isProbedEarly(target),
    };
  }

  private isProbedEarly(target: string): boolean {
    return (this.earlyProbes.get(target) ?? 0) > this.clock.now();
  }

  private forgetEarly(target: string, { isAlone }: Stamp): void {
    if (isAlone) this.earlyProbes.delete(target);
  }

  /** Forgets the health of the matching keys, and notifies the calls that wait for the end of a bench. */
  private endBenches(matches: (target: string) => boolean): void {
    const ended = [...this.conditions].filter(
      ([target, { state }]) => state !== 'healthy' && matches(target),
    );
    this.forget(matches);
    for (const [target] of ended) this.notifyListeners(target, publicHealth(HEALTHY), 'local');
  }

  private forget(matches: (target: string) => boolean): void {
    for (const map of [this.conditions, this.causes, this.earlyProbes]) {
      for (const target of map.keys()) if (matches(target)) map.delete(target);
    }
  }

  private conditionOf(target: string): Condition {
    return this.conditions.get(target) ?? HEALTHY;
  }

  private set(target: string, after: Condition, origin: 'local' | 'accepted' = 'local'): Condition {
    const before = this.conditionOf(target);
    if (after === before) return after;
    this.makeRoomFor(target);
    // Delete the entry before setting it, so that the map is ordered by the last change.
    this.conditions.delete(target);
    this.conditions.set(target, after);
    // Counters change within an epoch, and are not reported.
    if (after.epoch !== before.epoch) this.notifyListeners(target, publicHealth(after), origin);
    return after;
  }

  private makeRoomFor(target: string): void {
    if (this.conditions.size < MAX_TARGETS || this.conditions.has(target)) return;
    const [oldest] = this.conditions.keys();
    if (oldest !== undefined) this.forget((key) => key === oldest);
  }

  private notifyListeners(target: string, health: TargetHealth, origin: 'local' | 'accepted'): void {
    for (const listener of this.listeners) notify(listener, target, health, origin);
  }
}

/** Separator between target and credential. Neither a target nor a hash contains this character. */
const SEPARATOR = '\n';

/** Returns the key for the health of a target's credential. */
export const credentialKey = (target: string, hash: string): string => `${target}${SEPARATOR}${hash}`;

/** Returns the key for a bench of all targets of a provider, such as `anthropic/` for `anthropic/claude-y`. */
const providerOf = (target: string): string => target.slice(0, target.indexOf('/') + 1);

/** Returns a filter for the key of a target, for the targets of a provider, and for the credentials of both. */
const belongsTo =
  (target: string) =>
  (key: string): boolean =>
    key === target || (target.endsWith('/') ? key.startsWith(target) : key.startsWith(target + SEPARATOR));

const publicHealth = ({ state, failures, benches, until, isByHand }: Condition): TargetHealth => ({
  state,
  failures,
  benches,
  until,
  isByHand: isByHand || undefined,
});

/** Health keys of credentials. A key contains a hash with a random salt per process, and does not reveal the credential. */
export class CredentialKeys {
  private salt: string | undefined;

  constructor(salt?: string) {
    this.salt = salt;
  }

  keyOf(target: string, value: string): string {
    // The salt is created late, because Workers provide no random values while a module is loaded.
    this.salt ??= crypto.randomUUID();
    return credentialKey(target, hash128(this.salt + value));
  }
}
