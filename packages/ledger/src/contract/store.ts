import type { RecordQuery, SpendRecord } from './record.ts';
import type { ReportQuery, ReportRow } from './report.ts';

/** Consecutive periods of equal length. */
export interface EqualPeriods {
  /** Length of a period in milliseconds, an integer. */
  readonly ms: number;
  /** Start of the first period after the epoch, from 0 to below `ms`. */
  readonly phaseMs: number;
}

/**
 * Amount that is held on a counter until it is settled. Amounts are exact within int64. Periods are given as
 * the time that is left of them, since clocks differ. The store's clock counts.
 */
export interface Claim {
  readonly counter: string;
  /** Maximum of used and held amounts after the claim. */
  readonly max: bigint;
  readonly amount: bigint;
  /** Time until the counter resets, in milliseconds. The first claim of a period sets its end. `undefined`: it never resets. */
  readonly resetsInMs: number | undefined;
  /**
   * Time until the end of the following period, set shortly before a period ends. A claim that reaches the
   * store late starts the following period. Otherwise it would start a period that ends at once and admits
   * the same amount again.
   */
  readonly nextResetsInMs?: number | undefined;
  /**
   * Set if all periods have the same length. A store with its own clock starts periods by that clock.
   * Otherwise two processes with different clocks would start more periods than the time has.
   */
  readonly window?: EqualPeriods | undefined;
  /** Effect of a lease that is not renewed: the amount counts as spent, or is released. */
  readonly whenLapsed: 'spent' | 'free';
  /** Tenant of the counter; absent for a counter of all tenants. */
  readonly tenant?: string | undefined;
}

/** Counter that has no room for a claim. */
export interface Refusal {
  readonly counter: string;
  /** Amount that is left. Negative after an overrun. */
  readonly left: bigint;
  /** Amount that other reservations hold. */
  readonly held: bigint;
  /** Number of reservations that hold it. */
  readonly holders: number;
  /** Time until the counter resets, in milliseconds; `undefined` if it never does. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Store of counters and records. Every method is atomic and may be repeated with the same id. A store that
 * can answer synchronously may return a value instead of a promise, so that a call does not wait.
 */
export interface LedgerStore {
  /**
   * Reserves all claims or none. A repeated id reserves nothing, also after it was settled. A store may
   * forget a settled id after its lease would have ended.
   */
  reserve(id: string, claims: readonly Claim[], leaseMs: number): Awaitable<Refusal | undefined>;
  /** Extends the lease. An unknown, lapsed or settled id is ignored. */
  renew(id: string, leaseMs: number): Awaitable<void>;
  /**
   * Books used amounts in place of the claims, and releases claims on counters that are not listed. Returns
   * true if the claims were still held. Returns false after a lapse, when the amounts replace what was
   * assumed as spent, and for an unknown or settled id, which changes nothing. Counters without a claim are
   * not changed.
   */
  settle(
    id: string,
    used: readonly { readonly counter: string; readonly amount: bigint }[],
  ): Awaitable<boolean>;
  /**
   * Returns the counters whose names start with the prefix, in the order of their names. A counter whose
   * period is over has used nothing.
   */
  counters(prefix: string): Promise<readonly CounterState[]>;
  /**
   * Stores a record. A known id changes nothing. Rejects with `invalid-request` for a record that the store
   * can never store. After any other error the ledger tries again, until the store has accepted others.
   */
  append(record: SpendRecord): Awaitable<void>;
  /** Returns records, oldest first. */
  records(query: RecordQuery): AsyncIterable<SpendRecord>;
  /** Computes a report. Without it, the ledger sums records. */
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
  /** End of the period in epoch milliseconds; `undefined` if it never ends or is over. */
  readonly resetsAt: number | undefined;
}
