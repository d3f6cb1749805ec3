import type { Clock } from '../types/call-options.ts';
import type { Health, HealthOptions, TargetHealth, Verdict } from '../types/health.ts';
import type { LlmError } from '../types/llm-error.ts';
import { fnv1a } from '../util/bytes.ts';
import { checkNumber } from '../util/check.ts';
import { notify } from '../util/listeners.ts';
import {
  accepted,
  benchedByHand,
  blockedUntil,
  claimed,
  committed,
  committedEarly,
  type Condition,
  failed,
  type Failure,
  finished,
  type HealthPolicy,
  HEALTHY,
  released,
  restored,
  unbenched,
} from './transitions.ts';

type Listener = (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void;

/** A target that may not be asked now. */
export interface Bench {
  readonly until: number;
  /** When it may be asked again, if whoever probes it finds it ill. Epoch ms. */
  readonly comesBack: number;
  /** The failure that benched it, where it was one. */
  readonly error: LlmError | undefined;
  /** Tells one bench from the next. */
  readonly epoch: number;
  /** Does somebody find out at this moment whether it is well again? */
  readonly isProbed: boolean;
}

/** What an attempt was given at its begin: its verdict counts only if the target's epoch is still the same. */
export interface Stamp {
  readonly epoch: number;
  readonly isProbe: boolean;
  /** Asked although it is benched: a failure leaves the bench as it is, and nobody hears of it. */
  readonly isEarly: boolean;
  /** Does nobody else ask it meanwhile? */
  readonly isAlone: boolean;
}

/** The last moment that a date can hold: "for good". */
export const END_OF_TIME = 8.64e15;

/** Targets that are remembered; the one that changed longest ago goes. */
const MOST_TARGETS = 10_000;

/** Holds every target's condition. Synchronous, in memory, shared by all views of one majordomo. */
export class HealthTracker implements Health {
  private readonly conditions = new Map<string, Condition>();
  private readonly causes = new Map<string, LlmError>();
  /** Who asks a benched target alone, and until when that claim holds. */
  private readonly earlyProbes = new Map<string, number>();
  private readonly listeners = new Set<Listener>();
  private keys: HealthTracker | undefined;
  private byHand:
    ((type: 'benched' | 'recovered', target: string, until: number | undefined) => void) | undefined;
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

  // ---- for the chain

  /** Returns the health of credentials, by `credentialKey`: the same rules, without listeners. */
  credentials(): HealthTracker {
    return (this.keys ??= new HealthTracker(this.options, this.clock, this.random));
  }

  blocked(target: string): Bench | undefined {
    if (this.conditions.size === 0) return undefined;
    // A provider is benched manually alone, and that word counts first.
    return this.ownBenchOf(providerOf(target)) ?? this.ownBenchOf(target);
  }

  /** Right before the call. `claimMs`: how long a probe may take; then its claim lapses. */
  claim(target: string, claimMs: number = Infinity): Stamp {
    const before = this.of(target);
    if (before.state === 'healthy')
      return { epoch: before.epoch, isProbe: false, isEarly: false, isAlone: false };
    const longest = Math.min(claimMs, this.policy.cooldownCapMs);
    const { epoch } = this.set(target, claimed(before, this.clock.now(), longest));
    return { epoch, isProbe: true, isEarly: false, isAlone: false };
  }

  /**
   * Right before the call of a target that is benched.
   *
   * @param isAlone one at a time: `undefined` when somebody has such a claim
   */
  claimEarly(target: string, claimMs: number, isAlone: boolean): Stamp | undefined {
    if (isAlone) {
      const now = this.clock.now();
      if (this.isProbedEarly(target)) return undefined;
      this.earlyProbes.set(target, now + Math.min(claimMs, this.policy.cooldownCapMs));
    }
    return { epoch: this.of(target).epoch, isProbe: true, isEarly: true, isAlone };
  }

  /** Returns the attempt's new stamp: its later failure still counts. */
  committed(target: string, stamp: Stamp): Stamp {
    const before = this.of(target);
    this.forgetEarly(target, stamp);
    if (before.epoch !== stamp.epoch) return stamp;
    const after = this.set(target, stamp.isEarly ? committedEarly(before) : committed(before));
    return { ...stamp, epoch: after.epoch, isEarly: stamp.isEarly && after.isByHand, isAlone: false };
  }

  finished(target: string, stamp: Stamp): void {
    const { epoch, isEarly } = stamp.isEarly ? this.committed(target, stamp) : stamp;
    const before = this.of(target);
    if (before.epoch === epoch && !isEarly) this.set(target, finished(before));
  }

  /** Returns the bench that the failure brought about, if it did. */
  failed(
    target: string,
    stamp: Stamp,
    failure: Failure,
    error: LlmError,
  ): Pick<Bench, 'until' | 'epoch'> | undefined {
    const before = this.of(target);
    this.forgetEarly(target, stamp);
    if (before.epoch !== stamp.epoch || stamp.isEarly) return undefined;
    const after = this.set(target, failed(before, failure, this.policy, this.clock.now()));
    if (after.state !== 'benched') return undefined;
    this.causes.set(target, error);
    return { until: after.benchEnd, epoch: after.epoch };
  }

  /** An attempt ended without a verdict. */
  released(target: string, stamp: Stamp): void {
    const before = this.of(target);
    this.forgetEarly(target, stamp);
    if (before.epoch === stamp.epoch && !stamp.isEarly) this.set(target, released(before));
  }

  // ---- for operators and other processes

  snapshot(): { readonly [target: string]: TargetHealth } {
    const shownAll: Record<string, TargetHealth> = {};
    for (const [target, condition] of this.conditions) shownAll[target] = shown(condition);
    for (const [key, condition] of this.keys?.conditions ?? []) {
      const [target, credential] = key.split(BETWEEN) as [string, string];
      const health = shownAll[target] ?? shown(HEALTHY);
      const credentials = { ...health.credentials, [credential]: shown(condition) };
      shownAll[target] = { ...health, credentials };
    }
    return shownAll;
  }

  restore(snapshot: { readonly [target: string]: TargetHealth }): void {
    const now = this.clock.now();
    for (const [target, health] of Object.entries(snapshot)) {
      this.set(target, restored(this.of(target), health, this.policy, now));
    }
  }

  bench(target: string, ms: number): void {
    const given: unknown = ms;
    checkNumber(given ?? null, 0, `ms of health.bench("${target}", ms)`);
    this.causes.delete(target);
    const until = Math.min(this.clock.now() + ms, END_OF_TIME);
    this.set(target, benchedByHand(this.of(target), until));
    this.byHand?.('benched', target, until);
  }

  unbench(target: string): void {
    const all = target.endsWith('/') ? [...this.conditions.keys()].filter(isOf(target)) : [target];
    for (const each of all) {
      this.set(each, unbenched(this.of(each)));
      this.byHand?.('recovered', each, undefined);
    }
    this.keys?.forget(isOf(target));
  }

  reset(): void {
    this.forget(() => true);
    this.keys?.reset();
  }

  /** Told of what no call caused. */
  onHand(listener: NonNullable<HealthTracker['byHand']>): void {
    this.byHand = listener;
  }

  /** Ends up to 50 % later at random, so that the first prober frees the others. */
  accept(target: string, verdict: Verdict): void {
    const forMs = verdict.state === 'benched' ? verdict.forMs * (1 + this.random() / 2) : 0;
    const before = this.of(target);
    const after = accepted(before, verdict, Math.min(this.clock.now() + forMs, END_OF_TIME));
    if (after === before) return;
    this.causes.delete(target);
    this.set(target, after, 'accepted');
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private ownBenchOf(target: string): Bench | undefined {
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

  private forget(isMeant: (target: string) => boolean): void {
    for (const map of [this.conditions, this.causes, this.earlyProbes]) {
      for (const target of map.keys()) if (isMeant(target)) map.delete(target);
    }
  }

  private of(target: string): Condition {
    return this.conditions.get(target) ?? HEALTHY;
  }

  private set(target: string, after: Condition, origin: 'local' | 'accepted' = 'local'): Condition {
    const before = this.of(target);
    if (after === before) return after;
    this.makeRoomFor(target);
    // Set again, so that the one that changed longest ago stands first.
    this.conditions.delete(target);
    this.conditions.set(target, after);
    if (after.epoch !== before.epoch) this.tell(target, shown(after), origin);
    return after;
  }

  private makeRoomFor(target: string): void {
    if (this.conditions.size < MOST_TARGETS || this.conditions.has(target)) return;
    const [oldest] = this.conditions.keys();
    if (oldest !== undefined) this.forget((key) => key === oldest);
  }

  private tell(target: string, health: TargetHealth, origin: 'local' | 'accepted'): void {
    for (const listener of this.listeners) notify(listener, target, health, origin);
  }
}

/** Stands in no target and no hash. */
const BETWEEN = '\n';

/** The key under which the health of a target's credential is kept. */
export const credentialKey = (target: string, hash: string): string => `${target}${BETWEEN}${hash}`;

/** `anthropic/claude-y` → `anthropic/`: under it an operator benches all of a provider's targets. */
const providerOf = (target: string): string => target.slice(0, target.indexOf('/') + 1);

/** Is it this target, one of this provider's, or a credential of either? */
const isOf =
  (target: string) =>
  (key: string): boolean =>
    key === target || (target.endsWith('/') ? key.startsWith(target) : key.startsWith(target + BETWEEN));

const shown = ({ state, failures, benches, until, isByHand }: Condition): TargetHealth => ({
  state,
  failures,
  benches,
  until,
  isByHand: isByHand || undefined,
});

/**
 * Under which keys the health of credentials is kept. A credential's short name has the salt of this process in it: the
 * same one has another name in the next process, and none can be told from its name.
 */
export class CredentialKeys {
  private salt: string | undefined;

  constructor(salt?: string) {
    this.salt = salt;
  }

  of(target: string, value: string): string {
    // Not before: Workers give no random values while a module is loaded.
    this.salt ??= crypto.randomUUID();
    return credentialKey(target, nameOf(value, this.salt));
  }
}

const nameOf = (value: string, salt: string): string =>
  fnv1a(salt + value).toString(36) + fnv1a(value + salt).toString(36);
