/** `benched` with an `until` in the past is half-open: the next call may probe it. */
export interface TargetHealth {
  readonly state: 'healthy' | 'benched' | 'probing';
  /** Counted failures in a row. */
  readonly failures: number;
  /** Benches in a row; each doubles the cooldown. */
  readonly benches: number;
  /** Epoch ms of this majordomo's clock. */
  readonly until: number | undefined;
  /** Is it an operator's word, here or in another process? Findings do not end such a bench. */
  readonly isByHand?: boolean | undefined;
  /**
   * Of its credentials, for failures that are a key's and not the target's (auth, billing, quota, rate limit): by a hash
   * that is salted per process. Told by no event, shared and restored by nobody.
   */
  readonly credentials?: Readonly<Record<string, Omit<TargetHealth, 'credentials'>>> | undefined;
}

/** Which targets are in trouble: to look at, to steer, to share between processes. */
export interface Health {
  /** Every target that was ever in trouble, by `provider/model`. */
  snapshot(): { readonly [target: string]: TargetHealth };
  /** Takes a snapshot, such as one of before a restart. */
  restore(snapshot: { readonly [target: string]: TargetHealth }): void;
  /**
   * Leaves a target out for this long, in ms; a provider, as `anthropic/`, with all its targets. When everything is
   * benched, it may still be asked early (`whenAllBenched`), unless `ms` is `Infinity`: that lasts until `unbench`.
   */
  bench(target: string, ms: number): void;
  /** Puts a target back at once; or all of a provider. */
  unbench(target: string): void;
  /** Forgets everything; for tests. */
  reset(): void;
  /** Tells of every change; returns how to stop. Publish those of origin `local` only. */
  onChange(
    listener: (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void,
  ): () => void;
  /**
   * Another process's verdict: `forMs` from now by this clock. Keeps the later end, never touches a probe in
   * flight, emits with origin `accepted`. A bench manually ends with its time, or with a word manually.
   */
  accept(target: string, verdict: Verdict): void;
}

/** What one process tells another about a target: a duration, as clocks differ. `isByHand`: an operator said so. */
export type Verdict =
  | {
      readonly state: 'benched';
      readonly benches: number;
      readonly forMs: number;
      readonly isByHand?: boolean | undefined;
    }
  | { readonly state: 'healthy'; readonly isByHand?: boolean | undefined };

/** When a target is benched, and for how long. */
export interface HealthOptions {
  /** Counted failures in a row that bench. Default 2. */
  readonly threshold?: number | undefined;
  /** First cooldown, in ms; doubles per bench in a row. Default 5,000. */
  readonly cooldownMs?: number | undefined;
  /** Longest cooldown, in ms. Default 300,000. */
  readonly cooldownCapMs?: number | undefined;
  /** Longest bench that a Retry-After may cause, in ms. Default 3,600,000. */
  readonly retryAfterCapMs?: number | undefined;
}
