import type { RecordQuery, SpendRecord } from './record.ts';
import type { ReportQuery, ReportRow } from './report.ts';

/** Consecutive periods of equal length, for a store that computes them with its own clock. */
export interface EqualPeriods {
  /** Length of a period in milliseconds, as an integer. */
  readonly ms: number;
  /** Start of the first period at or after the Unix epoch, in epoch milliseconds: at least 0 and less than `ms`. */
  readonly phaseMs: number;
}

/**
 * Amount to reserve on a counter until the reservation is settled. Amounts are integers within int64. The end of a period is
 * passed as the remaining time, which the store adds to its own clock, because the clocks of processes differ.
 */
export interface Claim {
  readonly counter: string;
  /** Maximum sum of used and held amounts, including this claim. */
  readonly max: bigint;
  readonly amount: bigint;
  /** Time until the counter resets, in ms; `undefined` if it never resets. The first claim of a period sets the period's end. */
  readonly resetsInMs: number | undefined;
  /**
   * Time until the end of the following period, in milliseconds. Set shortly before the current period ends. A claim that reaches
   * the store after that end starts the following period with this value. Without this value, the claim would start a period that
   * ends almost immediately, and the same amount would be admitted again.
   */
  readonly nextResetsInMs?: number | undefined;
  /**
   * Set if all periods have the same length. A store with its own clock computes periods with that clock, because processes whose
   * clocks differ would start too many periods.
   */
  readonly window?: EqualPeriods | undefined;
  /**
   * Effect of a lapsed lease: `spent` adds the amount to the used amount, and `free` releases the amount. The same for all claims on
   * a counter.
   */
  readonly whenLapsed: 'spent' | 'free';
  /** Tenant of the counter; `undefined` for a counter that all tenants share. */
  readonly tenant?: string | undefined;
}

/** Counter whose remaining amount is too small for a claim. */
export interface Refusal {
  readonly counter: string;
  /** Remaining amount. Negative if more than the maximum was used. */
  readonly left: bigint;
  /** Amount that is reserved on the counter. */
  readonly held: bigint;
  /** Number of reservations that make up `held`. */
  readonly holders: number;
  /** Time until the counter resets, in milliseconds; `undefined` if it never resets. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Store of counters and records. Every method is atomic. Repeating `reserve`, `settle` or `append` with the same id has no
 * further effect. A synchronous store may return a value instead of a promise, so that calls do not wait.
 */
export interface LedgerStore {
  /**
   * Reserves all claims and returns `undefined`. If a claim does not fit, reserves none and returns the refusal. A repeated id
   * reserves nothing, even after the id was settled. Without claims, only stores the id. A store may delete a settled id after the
   * original end of its lease.
   */
  reserve(id: string, claims: readonly Claim[], leaseMs: number): Awaitable<Refusal | undefined>;
  /** Extends the lease. An unknown, lapsed or settled id is ignored. */
  renew(id: string, leaseMs: number): Awaitable<void>;
  /**
   * Replaces the claims with the used amounts, and releases the claims on counters that are not listed. Counters without a claim
   * are not changed. Returns true if the lease was still valid. For a lapsed lease, replaces the amounts that were booked as
   * spent, and returns false. For an unknown or settled id, changes nothing and returns false.
   */
  settle(
    id: string,
    used: readonly { readonly counter: string; readonly amount: bigint }[],
  ): Awaitable<boolean>;
  /**
   * Returns the counters whose names start with the prefix, in the order of their names. The used amount is 0 for a counter
   * whose period has ended.
   */
  counters(prefix: string): Promise<readonly CounterState[]>;
  /**
   * Stores a record. Has no effect if the store has a record with the same id. Rejects with `invalid-request` if the store can
   * never store the record. After other errors, the ledger retries. It abandons a record that still fails after ten minutes,
   * if the store has accepted other records in the meantime.
   */
  append(record: SpendRecord): Awaitable<void>;
  /** Returns records, oldest first. */
  records(query: RecordQuery): AsyncIterable<SpendRecord>;
  /** Computes a report. If a store has no `report`, the ledger computes the report from the records. */
  report?(query: ReportQuery): Promise<readonly ReportRow[]>;
  /** Closes the store. Later calls may reject. */
  close(): Promise<void>;
}

type Awaitable<T> = T | Promise<T>;

/** Current amounts of a counter. */
export interface CounterState {
  readonly counter: string;
  readonly used: bigint;
  readonly held: bigint;
  /** End of the period in epoch milliseconds; `undefined` if the counter never resets or its period has ended. */
  readonly resetsAt: number | undefined;
}
