/** What may be spent, by whom, on what, in which time. Money, tokens and requests alike. */
export interface Limit {
  /** Names it in errors, alerts and states; no two limits share one. */
  readonly name: string;
  /** Tokens are input and output together; requests are attempts, failed ones too. */
  readonly max: { readonly usd: string } | { readonly tokens: number } | { readonly requests: number };
  /** Calendar periods begin by the clock of `zone`; `{ ms }`: windows one after the other, from the epoch on. */
  readonly per: 'minute' | 'hour' | 'day' | 'month' | 'ever' | { readonly ms: number };
  /** IANA; default `UTC`. */
  readonly zone?: string | undefined;
  /**
   * A counter of its own for each value: `tenant`, `vendor`, `provider`, `target`, or a key of the call's metadata. A
   * call without the value has a counter of its own too (`tenant=`); values are percent-encoded in keys.
   */
  readonly each?: readonly string[] | undefined;
  /** Only attempts that fit every list here count towards it. */
  readonly where?:
    | {
        readonly tenant?: readonly string[] | undefined;
        readonly vendor?: readonly string[] | undefined;
        readonly provider?: readonly string[] | undefined;
        readonly target?: readonly string[] | undefined;
      }
    | undefined;
  /** What a denial does to the call. Default `fail`. */
  readonly whenSpent?: 'fail' | 'advance' | undefined;
  /** Shares that alert once on the way up. Default 0.8, 0.9, 0.95. */
  readonly alertAt?: readonly number[] | undefined;
}

/** Where a limit stands. */
export interface LimitState {
  readonly limit: Limit;
  /** The values of `each`, as `tenant=acme,provider=openai`; `''` without. */
  readonly key: string;
  /** In the limit's unit; nano-USD for money. */
  readonly used: bigint;
  /** Claimed by attempts under way. */
  readonly held: bigint;
  /** max − used − held; below 0 after an overrun. */
  readonly left: bigint;
  /** Epoch ms; `undefined`: never. */
  readonly resetsAt: number | undefined;
  /**
   * When it is spent at the rate of the last 24 hours, or since its first use if that is later, in epoch ms. `undefined`
   * with less than an hour of data or fewer than five attempts.
   */
  readonly emptyAt: number | undefined;
}
