import type { Cost } from '@majordomo/catalog';
import type { Attempt, Usage } from '@majordomo/core';

/** Record of an attempt that reached a vendor, or of an amount that `ledger.book` booked. */
export interface SpendRecord {
  /** Unique id: `<call>/<target>/<attempt>` for an attempt, `booked/<id>` for `ledger.book`, or the id of a `LongWork`. */
  readonly id: string;
  /** End of the attempt as an ISO date in UTC. */
  readonly at: string;
  /** Id of the call. For an amount from `ledger.book`, the id of the record. */
  readonly call: string;
  /** Operation, such as `chat` or `image`, or `booked` for an amount from `ledger.book`. */
  readonly operation: string;
  readonly target: string;
  readonly vendor: string | undefined;
  readonly model: string | undefined;
  /** Innermost alias or preset that resolved to the target; `undefined` if the call named the target directly. */
  readonly name: string | undefined;
  readonly tenant: string | undefined;
  /** Call metadata under the keys that `LedgerOptions.tags` and the limits use. */
  readonly tags: Readonly<Record<string, string>>;
  readonly outcome: Attempt['outcome'];
  /** Number of requests of long work, such as a batch. @default 1 */
  readonly requests?: number | undefined;
  /** Duration in milliseconds; 0 for an amount from `ledger.book`. */
  readonly ms: number;
  /** Usage that the vendor reported, otherwise the requested units of images or speech, otherwise `undefined`. */
  readonly usage: Usage | undefined;
  /** Cost as a decimal integer in nano-USD (1e-9 USD); `undefined` if the cost is unknown or a plan includes the attempt. */
  readonly nanoUsd: string | undefined;
  /**
   * Source of `nanoUsd`. With `estimate`, a failed attempt has no usage, or no complete usage. `nanoUsd` is its maximum cost if the
   * vendor may bill it, and 0 if its request was not sent or the vendor rejected it (`mayBeBilled` of `@majordomo/catalog`). For
   * `LongWork` of which a part of the usage or the cost is unknown, `nanoUsd` is its reservation.
   */
  readonly basis: Cost['basis'] | 'estimate';
  /**
   * Amount saved by reading the prompt cache, as a decimal integer in nano-USD. `cacheEffect` of `@majordomo/catalog`
   * computes the amount. `undefined` if the amount is unknown or a plan includes the attempt.
   */
  readonly cacheSavedNanoUsd?: string | undefined;
  /**
   * Extra cost of writes to the prompt cache, as a decimal integer in nano-USD. `undefined` if the cost is unknown or a plan
   * includes the attempt.
   */
  readonly cacheExtraNanoUsd?: string | undefined;
  /** Reasons why the cost is unknown, and notes on an estimate. */
  readonly missing: readonly string[];
  /** ISO date of the catalog that contains the price. */
  readonly catalog: string;
}

/** Filter for records. */
export interface RecordQuery {
  /** Earliest end of a matching attempt, inclusive. */
  readonly from?: Date | undefined;
  /** Latest end of a matching attempt, exclusive. */
  readonly to?: Date | undefined;
  readonly call?: string | undefined;
  readonly tenant?: string | undefined;
  readonly target?: string | undefined;
}
