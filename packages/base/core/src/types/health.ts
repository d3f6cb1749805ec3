/** Health of a target. A benched target whose `until` is in the past may be probed by the next call. */
export interface TargetHealth {
  readonly state: 'healthy' | 'benched' | 'probing';
  /** Number of consecutive failures that count against the target. */
  readonly failures: number;
  /** Number of consecutive benches. Each bench doubles the next cooldown. */
  readonly benches: number;
  /** End of the bench, or latest end of a running probe, in epoch milliseconds of the majordomo's clock. */
  readonly until: number | undefined;
  /** Whether an operator set the state, in this or another process. Successful calls do not end a bench that an operator set. */
  readonly isByHand?: boolean | undefined;
  /**
   * Health of single credentials, by a salted hash that only this process uses. Failures of kind `auth`, `billing`, `quota` and
   * `rate-limit` count only against a credential. This health causes no `benched` event and is neither shared nor restored.
   */
  readonly credentials?: Readonly<Record<string, Omit<TargetHealth, 'credentials'>>> | undefined;
}

/** Health of all targets of a majordomo. An operator can read and change the health, and processes can share it. */
export interface Health {
  /** Returns the health of each target that has had a failure or a bench, by `provider/model`. */
  snapshot(): { readonly [target: string]: TargetHealth };
  /** Restores a snapshot, for example after a restart of the process. */
  restore(snapshot: { readonly [target: string]: TargetHealth }): void;
  /**
   * Benches a target for `ms` milliseconds, or all targets of a provider if `target` ends with a slash. If all targets are
   * benched, a call may still try the target (`whenAllBenched`), unless `ms` is `Infinity`.
   *
   * @example majordomo.health.bench('anthropic/', 60_000);
   */
  bench(target: string, ms: number): void;
  /** Ends the bench of a target, or of all targets of a provider such as `anthropic/`. */
  unbench(target: string): void;
  /** Removes the health of all targets, and emits a change for each bench that it ends. Intended for tests. */
  reset(): void;
  /**
   * Calls the listener on each change and returns a function that removes the listener. To share health between processes,
   * publish only the changes of origin `local`.
   */
  onChange(
    listener: (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void,
  ): () => void;
  /**
   * Applies the verdict of another process and emits a change of origin `accepted`. If two benches overlap, the later end
   * applies. A running probe is not affected. A bench that an operator set lasts until its end or until an operator ends it.
   */
  accept(target: string, verdict: Verdict): void;
}

/** Verdict on a target, for other processes. The verdict contains a duration instead of an end time, because clocks differ. */
export type Verdict =
  | {
      readonly state: 'benched';
      readonly benches: number;
      /** Remaining duration of the bench, in milliseconds. */
      readonly forMs: number;
      /** Whether an operator benched the target. */
      readonly isByHand?: boolean | undefined;
    }
  | { readonly state: 'healthy'; readonly isByHand?: boolean | undefined };

/** Options for the benching of targets. */
export interface HealthOptions {
  /** Number of consecutive failures that bench a target. @default 2 */
  readonly threshold?: number | undefined;
  /** Duration of the first bench, in milliseconds. Each further bench lasts twice as long. @default 5_000 */
  readonly cooldownMs?: number | undefined;
  /** Maximum duration of a bench after failures without a Retry-After, in milliseconds. @default 300_000 */
  readonly cooldownCapMs?: number | undefined;
  /** Maximum duration of a bench that a Retry-After causes, in milliseconds. @default 3_600_000 */
  readonly retryAfterCapMs?: number | undefined;
}
