import { decisionFor } from '../errors/policy.ts';
import type { Bench, HealthTracker, Stamp } from '../health/tracker.ts';
import type { ErrorKind, LlmError } from '../types/llm-error.ts';
import type { ChainDeps } from './call.ts';
import type { ChainSettings } from './settings.ts';
import { asksTooLong, benchedError, CREDENTIAL_BENCHED } from './verdict.ts';

export type StandingDeps = Pick<ChainDeps, 'health' | 'clock' | 'credentialKeys'>;

/** How a benched target is asked: not at all, by one call at a time, or by whoever likes. */
export type ClaimMode = 'unless-benched' | 'alone' | 'forced';

/** Failures of a key: they say nothing of the target to those who have another. */
const OF_A_KEY: ReadonlySet<ErrorKind> = new Set(['auth', 'billing', 'quota', 'rate-limit']);

/**
 * How one call stands with one of its targets: whether it may ask, and what its attempts tell of the target's health and
 * of their credential's. A bench that the call brought about itself does not keep its own further attempts away.
 */
export class Standing {
  readonly target: string;
  private readonly deps: StandingDeps;
  /** Epochs of the benches that this call brought about, by key. */
  private own: ReadonlyMap<string, number> | undefined;
  /** The credential that was found benched when it was about to be used. */
  private refused: string | undefined;

  constructor(target: string, deps: StandingDeps) {
    this.target = target;
    this.deps = deps;
  }

  /** What keeps this call from asking the target now. */
  bench(): Bench | undefined {
    const { health } = this.deps;
    const bench = this.foreignBench(health, this.target);
    if (bench !== undefined || this.refused === undefined) return bench;
    return this.foreignBench(health.credentials(), this.refused);
  }

  /**
   * Right before the target is asked; `undefined` when it is benched and may not be asked all the same.
   *
   * @param claimMs how long a probe may take
   */
  claim(mode: ClaimMode, claimMs: number): HealthClaim | undefined {
    const { health } = this.deps;
    const stamp = this.stamp(health, this.target, mode, claimMs);
    if (stamp === undefined) return undefined;
    return new HealthClaim(this, { tracker: health, key: this.target, stamp }, mode, claimMs);
  }

  /** Claims a credential's health; throws when it is benched. */
  claimCredential(value: string, mode: ClaimMode, claimMs: number): Claim {
    const { health, clock, credentialKeys } = this.deps;
    const tracker = health.credentials();
    const key = credentialKeys.of(this.target, value);
    const stamp = this.stamp(tracker, key, mode, claimMs);
    if (stamp !== undefined) return { tracker, key, stamp };
    this.refused = key;
    throw benchedError(this.target, tracker.blocked(key), clock.now(), CREDENTIAL_BENCHED);
  }

  /** This call's failure benched it. */
  broughtAbout(key: string, epoch: number): void {
    this.own = new Map([...(this.own ?? []), [key, epoch]]);
  }

  private foreignBench(tracker: HealthTracker, key: string): Bench | undefined {
    const bench = tracker.blocked(key);
    return bench === undefined || this.own?.get(key) === bench.epoch ? undefined : bench;
  }

  private stamp(tracker: HealthTracker, key: string, mode: ClaimMode, claimMs: number): Stamp | undefined {
    if (tracker.blocked(key) === undefined) return tracker.claim(key, claimMs);
    if (this.foreignBench(tracker, key) === undefined) return tracker.claimEarly(key, claimMs, false);
    return mode === 'unless-benched' ? undefined : tracker.claimEarly(key, claimMs, mode === 'alone');
  }
}

interface Claim {
  readonly tracker: HealthTracker;
  readonly key: string;
  stamp: Stamp;
}

/** What one attempt tells of health: that it began, what it showed, how it ended. */
export class HealthClaim {
  private readonly standing: Standing;
  private readonly target: Claim;
  private readonly mode: ClaimMode;
  private readonly claimMs: number;
  private credential: Claim | undefined;

  constructor(standing: Standing, target: Claim, mode: ClaimMode, claimMs: number) {
    this.standing = standing;
    this.target = target;
    this.mode = mode;
    this.claimMs = claimMs;
  }

  /** Is it the attempt that finds out whether a benched target is well again? */
  get isProbe(): boolean {
    return this.target.stamp.isProbe;
  }

  /** The provider is about to use this credential; throws when it is benched. */
  use(value: string): void {
    this.release(this.credential);
    this.credential = undefined;
    this.credential = this.standing.claimCredential(value, this.mode, this.claimMs);
  }

  /** Content arrived: it ends a probe, and the attempt counts again from here. */
  committed(): void {
    for (const claim of this.claims()) claim.stamp = claim.tracker.committed(claim.key, claim.stamp);
  }

  finished(): void {
    for (const { tracker, key, stamp } of this.claims()) tracker.finished(key, stamp);
  }

  /**
   * Counts the failure, against the credential where it is a key's, or ends a probe without a verdict. Returns until
   * when it benched the target, if it did.
   *
   * @param isVerdict false where the failure says nothing of the target: the call was stopped, or it is recovered from
   */
  failed(error: LlmError, isVerdict: boolean, settings: ChainSettings): number | undefined {
    // A key that is benched was counted when it failed: that it is not asked says nothing of the target.
    const isNew = error.details.code !== CREDENTIAL_BENCHED;
    const isCounted = isVerdict && isNew && decisionFor(error.kind, settings.policy).bench;
    const guilty = OF_A_KEY.has(error.kind) ? (this.credential ?? this.target) : this.target;
    for (const claim of this.claims()) if (!isCounted || claim !== guilty) this.release(claim);
    if (!isCounted) return undefined;
    const { retryAfterMs } = error.details;
    const atOnce = error.kind === 'quota' || asksTooLong(error, settings);
    const bench = guilty.tracker.failed(guilty.key, guilty.stamp, { retryAfterMs, atOnce }, error);
    if (bench === undefined) return undefined;
    // A probe is one request: what it found is the answer.
    if (!guilty.stamp.isProbe) this.standing.broughtAbout(guilty.key, bench.epoch);
    return guilty === this.target ? bench.until : undefined;
  }

  private claims(): readonly Claim[] {
    return this.credential === undefined ? [this.target] : [this.target, this.credential];
  }

  private release(claim: Claim | undefined): void {
    claim?.tracker.released(claim.key, claim.stamp);
  }
}
