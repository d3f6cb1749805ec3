import type { Cost } from '@majordomo/catalog';
import type { Attempt, Usage } from '@majordomo/core';

/** Attempt that reached a vendor, or amount that was booked by `ledger.book`. */
export interface SpendRecord {
  /** `<call>/<target>/<attempt>`. */
  readonly id: string;
  /** End of the attempt as an ISO date in UTC. */
  readonly at: string;
  /** Id of the call. */
  readonly call: string;
  /** `chat`, `image` and other operations; `booked` for an amount that was spent elsewhere. */
  readonly operation: string;
  readonly target: string;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  /** Innermost alias or preset that resolved to the target. */
  readonly name: string | undefined;
  readonly tenant: string | undefined;
  /** Call metadata that `LedgerOptions.tags` selects. */
  readonly tags: Readonly<Record<string, string>>;
  readonly outcome: Attempt['outcome'];
  readonly ms: number;
  /** Usage as the vendor reported it; `undefined` if it reported none. */
  readonly usage: Usage | undefined;
  /** Cost as a decimal integer in nano-USD; `undefined` if it is unknown or included. */
  readonly nanoUsd: string | undefined;
  /**
   * Source of `nanoUsd`. `estimate`: majordomo stopped the attempt after its request was sent, and the vendor reported no
   * usage; `nanoUsd` is the most that its input can cost.
   */
  readonly basis: Cost['basis'] | 'estimate';
  /**
   * Amount that reads from the prompt cache saved, as a decimal integer in nano-USD (`cacheEffect` of `@majordomo/catalog`);
   * `undefined` if it is unknown or the attempt is included.
   */
  readonly cacheSavedNanoUsd?: string | undefined;
  /** Extra amount paid for writes to the prompt cache, as a decimal integer in nano-USD; `undefined` like `cacheSavedNanoUsd`. */
  readonly cacheExtraNanoUsd?: string | undefined;
  /** Reasons why the cost is unknown, or notes on it. */
  readonly missing: readonly string[];
  /** Date of the catalogue with the price. */
  readonly catalog: string;
}

/** Filter for records. */
export interface RecordQuery {
  /** Earliest time, inclusive. */
  readonly from?: Date | undefined;
  /** Latest time, exclusive. */
  readonly to?: Date | undefined;
  readonly call?: string | undefined;
  readonly tenant?: string | undefined;
  readonly target?: string | undefined;
}
