/** Maximum amount of money, tokens, requests or calls per period, for all calls or for those that `where` selects. */
export interface Limit {
  /** Unique name, which errors, alerts and states contain. */
  readonly name: string;
  /**
   * Maximum per period: USD as a decimal string, tokens (the sum of input and output), requests (the number of attempts,
   * including failed ones), or calls, each of which counts once regardless of its attempts.
   */
  readonly max:
    | { readonly usd: string }
    | { readonly tokens: number }
    | { readonly requests: number }
    | { readonly calls: number };
  /**
   * Length of a period. Named periods follow the calendar and clock of `zone`. `{ ms }` are consecutive periods of this length in
   * milliseconds, counted from the Unix epoch. A limit with `ever` never resets.
   */
  readonly per: 'minute' | 'hour' | 'day' | 'month' | 'ever' | { readonly ms: number };
  /**
   * IANA name of the time zone of named periods.
   *
   * @default 'UTC'
   */
  readonly zone?: string | undefined;
  /**
   * Keys whose values select the counter: `tenant`, `vendor`, `provider`, `target`, or a key of the call's metadata. Each
   * combination of values has a separate counter, such as `tenant=a,vendor=openai`. A missing value is empty, as in `tenant=`.
   * Keys and values are percent-encoded. @default one counter for all calls
   */
  readonly each?: readonly string[] | undefined;
  /** Filter. Only attempts that match every listed key count toward the limit. */
  readonly where?:
    | {
        readonly tenant?: readonly string[] | undefined;
        readonly vendor?: readonly string[] | undefined;
        readonly provider?: readonly string[] | undefined;
        readonly target?: readonly string[] | undefined;
      }
    | undefined;
  /**
   * Effect of a denial. With `fail`, the call fails. With `advance`, the call tries the next target. Before its last target, such
   * a call does not wait for the reservations of other calls.
   *
   * @default 'fail'
   */
  readonly whenSpent?: 'fail' | 'advance' | undefined;
  /**
   * Shares of the limit at which a `threshold` alert is emitted, each above 0 and at most 1.
   *
   * @default [0.8, 0.9, 0.95]
   */
  readonly alertAt?: readonly number[] | undefined;
}

/** Current state of one counter of a limit. Amounts are in the limit's unit; money is in nano-USD (1e-9 USD). */
export interface LimitState {
  readonly limit: Limit;
  /** Values of `each`, such as `tenant=acme,provider=openai`; `''` if the limit has no `each`. */
  readonly key: string;
  /** Amount used in the current period. */
  readonly used: bigint;
  /** Amount that attempts in progress have reserved. */
  readonly held: bigint;
  /** `max − used − held`. Negative if more than `max` was used. */
  readonly left: bigint;
  /** End of the period in epoch milliseconds; `undefined` for a limit that never resets. */
  readonly resetsAt: number | undefined;
  /**
   * Time at which the limit will be used up, in epoch milliseconds, at the rate of the last 24 hours or since the first use,
   * whichever is shorter. `undefined` if there is less than an hour of data, or if there are fewer than five attempts.
   */
  readonly emptyAt: number | undefined;
}
