/** Maximum amount of money, tokens or requests in a period, for all calls or for some. */
export interface Limit {
  /** Unique name for errors, alerts and states. */
  readonly name: string;
  /**
   * Maximum per period: USD as a decimal string, tokens (input and output together), or requests (attempts,
   * failed ones included).
   */
  readonly max: { readonly usd: string } | { readonly tokens: number } | { readonly requests: number };
  /**
   * Period. Calendar periods follow the clock of `zone`; `{ ms }` are consecutive windows that start at the
   * epoch.
   */
  readonly per: 'minute' | 'hour' | 'day' | 'month' | 'ever' | { readonly ms: number };
  /**
   * IANA name of the time zone.
   *
   * @default 'UTC'
   */
  readonly zone?: string | undefined;
  /**
   * Keys that get a separate counter for each value: `tenant`, `vendor`, `provider`, `target`, or a key of
   * the call's metadata. Calls without the value share one counter (`tenant=`). Values are percent-encoded in
   * counter keys.
   */
  readonly each?: readonly string[] | undefined;
  /** Filter: only attempts that match every list count towards the limit. */
  readonly where?:
    | {
        readonly tenant?: readonly string[] | undefined;
        readonly vendor?: readonly string[] | undefined;
        readonly provider?: readonly string[] | undefined;
        readonly target?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * Effect of a denial: the call fails, or tries the next target. A call that may try the next target does
   * not wait for reservations of other calls.
   *
   * @default 'fail'
   */
  readonly whenSpent?: 'fail' | 'advance' | undefined;
  /**
   * Shares of the limit that emit a `threshold` alert.
   *
   * @default [0.8, 0.9, 0.95]
   */
  readonly alertAt?: readonly number[] | undefined;
}

/** Current state of one counter of a limit. Amounts are in the limit's unit, money in nano-USD. */
export interface LimitState {
  readonly limit: Limit;
  /** Values of `each`, such as `tenant=acme,provider=openai`; `''` without `each`. */
  readonly key: string;
  /** Amount that was used in the current period. */
  readonly used: bigint;
  /** Amount that attempts in progress have reserved. */
  readonly held: bigint;
  /** `max − used − held`. Negative after an overrun. */
  readonly left: bigint;
  /** End of the period in epoch milliseconds; `undefined` for a limit that never resets. */
  readonly resetsAt: number | undefined;
  /**
   * Time at which the limit is spent at the rate of the last 24 hours, or since its first use if that is
   * later, in epoch milliseconds. `undefined` with less than an hour of data or fewer than five attempts.
   */
  readonly emptyAt: number | undefined;
}
