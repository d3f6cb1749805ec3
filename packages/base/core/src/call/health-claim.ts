import { decisionFor } from '../errors/policy.ts';
import type { Bench, HealthTracker, Stamp } from '../health/tracker.ts';
import type { ErrorKind, LlmError } from '../types/llm-error.ts';
import type { ChainDeps } from './contract.ts';
import type { ChainSettings } from './settings.ts';
import { benchedError, CREDENTIAL_BENCHED, isRetryAfterTooLong } from './verdict.ts';

export type HealthDeps = Pick<ChainDeps, 'health' | 'clock' | 'credentialKeys'>;

/** Calls that may contact a benched target: none, one call at a time, or all calls. */
export type ClaimMode = 'unless-benched' | 'alone' | 'forced';

/** Kinds of failures that concern only the credential. After such a failure, calls with another credential may succeed. */
const CREDENTIAL_FAILURES: ReadonlySet<ErrorKind> = new Set(['auth', 'billing', 'quota', 'rate-limit']);

/** Bench that prevents a call from contacting a target. Foreign: not caused by the call itself. */
export interface ForeignBench extends Bench {
  /** Whether the credential is benched and not the target. Calls with another credential may contact the target. */
  readonly isOfCredential: boolean;
}

/**
 * Claims of one call on the health of one target and of the credential that the call uses for it. Both are benched separately,
 * and a bench of either prevents the call from contacting the target. A bench that the call itself caused does not.
 */
export class HealthClaims {
  private readonly target: string;
  private readonly deps: HealthDeps;
  /** Epochs of the benches that this call caused, by health key. */
  private readonly ownBenches = new Map<string, number>();
  /** Health key of the credential of the last attempt. Undefined until a provider reports its credential. */
  private credential: string | undefined;

  constructor(target: string, deps: HealthDeps) {
    this.target = target;
    this.deps = deps;
  }

  /** Returns the bench that prevents this call from contacting the target now; `undefined` if none does. */
  currentBench(): ForeignBench | undefined {
    const { health } = this.deps;
    const ofTarget = this.foreignBench(health, this.target);
    if (ofTarget !== undefined) return { ...ofTarget, isOfCredential: false };
    if (this.credential === undefined) return undefined;
    const ofCredential = this.foreignBench(health.credentials(), this.credential);
    return ofCredential && { ...ofCredential, isOfCredential: true };
  }

  /** Returns the bench that a later call meets, which this call may have caused; `undefined` if none exists. */
  benchForLaterCalls(): Bench | undefined {
    const { health } = this.deps;
    const ofTarget = health.blocked(this.target);
    if (ofTarget !== undefined || this.credential === undefined) return ofTarget;
    return health.credentials().blocked(this.credential);
  }

  /**
   * Claims the target for one attempt. Returns `undefined` if the target is benched and `mode` does not permit the attempt.
   *
   * @param probeMs maximum time for which a running probe blocks other probes, in milliseconds
   */
  claim(mode: ClaimMode, probeMs: number): HealthClaim | undefined {
    const claim = this.claimKey(this.deps.health, this.target, mode, probeMs);
    return claim && new HealthClaim(this, claim, mode, probeMs);
  }

  /** Claims a credential for an attempt. Throws if the credential is benched and `mode` does not permit the attempt. */
  claimCredential(value: string, mode: ClaimMode, probeMs: number): Claim {
    const { health, clock, credentialKeys } = this.deps;
    const tracker = health.credentials();
    const key = credentialKeys.keyOf(this.target, value);
    this.credential = key;
    const claim = this.claimKey(tracker, key, mode, probeMs);
    if (claim !== undefined) return claim;
    throw benchedError(this.target, tracker.blocked(key), clock.now(), true);
  }

  /** Forgets the credential of the last attempt, because the next attempt may use another one. */
  forgetCredential(): void {
    this.credential = undefined;
  }

  /** Records a bench that this call caused. It does not prevent a retry of the call. */
  addOwnBench(key: string, epoch: number): void {
    this.ownBenches.set(key, epoch);
  }

  private foreignBench(tracker: HealthTracker, key: string): Bench | undefined {
    const bench = tracker.blocked(key);
    return bench === undefined || this.ownBenches.get(key) === bench.epoch ? undefined : bench;
  }

  /** Claims a health key, also during a bench if this call has caused it or `mode` permits it. Otherwise, returns `undefined`. */
  private claimKey(tracker: HealthTracker, key: string, mode: ClaimMode, probeMs: number): Claim | undefined {
    if (tracker.blocked(key) === undefined) {
      const stamp = tracker.claim(key, probeMs);
      return { tracker, key, stamp, isProbe: stamp.isProbe };
    }
    const isForeign = this.foreignBench(tracker, key) !== undefined;
    if (isForeign && mode === 'unless-benched') return undefined;
    const mustBeAlone = isForeign && mode === 'alone';
    const stamp = tracker.claimEarly(key, probeMs, mustBeAlone);
    return stamp && { tracker, key, stamp, isProbe: isForeign };
  }
}

/** Claim of one attempt on the health of a target or of a credential. */
interface Claim {
  readonly tracker: HealthTracker;
  readonly key: string;
  stamp: Stamp;
  /**
   * Whether the attempt is a probe: it determines whether a bench ends. A retry during a bench that the call itself caused is
   * not a probe. A commit ends the probe.
   */
  isProbe: boolean;
}

/** Claim of one attempt on the health of its target and its credential. Reports how the attempt ends. */
export class HealthClaim {
  /** Whether the target was benched when the attempt began, by this or another call. */
  readonly wasTargetBenched: boolean;
  private readonly claims: HealthClaims;
  private readonly target: Claim;
  private readonly mode: ClaimMode;
  private readonly probeMs: number;
  private credential: Claim | undefined;

  constructor(claims: HealthClaims, target: Claim, mode: ClaimMode, probeMs: number) {
    // The stamp of every attempt at a benched target is a probe. `target.isProbe` is false during a bench that this call caused.
    this.wasTargetBenched = target.stamp.isProbe;
    this.claims = claims;
    this.target = target;
    this.mode = mode;
    this.probeMs = probeMs;
  }

  /** Whether the attempt probes the target or the credential. A probe is one request and is not retried. */
  get isProbe(): boolean {
    return this.allClaims().some(({ isProbe }) => isProbe);
  }

  /** Claims the credential that the provider is about to use. Throws if it is benched and the mode does not permit its use. */
  useCredential(value: string): void {
    this.release(this.credential);
    // The claim on the next credential may throw. The released claim must not be settled again.
    this.credential = undefined;
    this.credential = this.claims.claimCredential(value, this.mode, this.probeMs);
  }

  /** Reports the first content, which ends a probe with success. A later failure still counts against the target. */
  commit(): void {
    for (const claim of this.allClaims()) {
      claim.stamp = claim.tracker.commit(claim.key, claim.stamp);
      claim.isProbe = false;
    }
  }

  finish(): void {
    for (const { tracker, key, stamp } of this.allClaims()) tracker.finish(key, stamp);
  }

  /**
   * Counts a failure against the credential or the target. If the failure benches the target, returns the end in epoch ms.
   *
   * @param isConclusive false if the failure does not concern the target, because the call was stopped or a recovery follows
   */
  fail(error: LlmError, isConclusive: boolean, settings: ChainSettings): number | undefined {
    // The failure that benched the credential was already counted.
    const isNew = error.details.code !== CREDENTIAL_BENCHED;
    const isCounted = isConclusive && isNew && decisionFor(error.kind, settings.policy).bench;
    const failed = CREDENTIAL_FAILURES.has(error.kind) ? (this.credential ?? this.target) : this.target;
    for (const claim of this.allClaims()) if (!isCounted || claim !== failed) this.release(claim);
    if (!isCounted) return undefined;
    const { retryAfterMs } = error.details;
    // Whether this failure alone benches, without the number of failures that other kinds need.
    const atOnce = error.kind === 'quota' || isRetryAfterTooLong(error, settings);
    const bench = failed.tracker.fail(failed.key, failed.stamp, { retryAfterMs, atOnce }, error);
    if (bench === undefined) return undefined;
    // A call may retry despite its own bench, but not after a failed probe.
    if (!failed.isProbe) this.claims.addOwnBench(failed.key, bench.epoch);
    return failed === this.target ? bench.until : undefined;
  }

  private allClaims(): readonly Claim[] {
    return this.credential === undefined ? [this.target] : [this.target, this.credential];
  }

  private release(claim: Claim | undefined): void {
    claim?.tracker.release(claim.key, claim.stamp);
  }
}
