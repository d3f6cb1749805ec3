/** `benched` with an `until` in the past is half-open: the next call may probe it. */
export interface TargetHealth {
  readonly state: 'healthy' | 'benched' | 'probing';
  /** Counted failures in a row. */
  readonly failures: number;
  /** Benches in a row; each doubles the cooldown. */
  readonly benches: number;
  /** Epoch ms of this majordomo's clock. */
  readonly until: number | undefined;
}

export interface Health {
  snapshot(): { readonly [target: string]: TargetHealth };
  restore(snapshot: { readonly [target: string]: TargetHealth }): void;
  bench(target: string, ms: number): void;
  unbench(target: string): void;
  onChange(
    listener: (target: string, health: TargetHealth, origin: 'local' | 'accepted') => void,
  ): () => void;
  /**
   * Another process's verdict: `forMs` from now by this clock. Keeps the later end, never touches a probe in
   * flight, emits with origin `accepted`.
   */
  accept(target: string, verdict: Verdict): void;
}

export type Verdict =
  | { readonly state: 'benched'; readonly benches: number; readonly forMs: number }
  | { readonly state: 'healthy' };

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
