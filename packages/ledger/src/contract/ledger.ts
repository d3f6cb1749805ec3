import type { Catalog } from '@majordomo/catalog';
import type { AttemptInfo, Clock, Gate, MediaFitter } from '@majordomo/core';
import type { Alert } from './alert.ts';
import type { Limit, LimitState } from './limit.ts';
import type { RecordQuery, SpendRecord } from './record.ts';
import type { ReportQuery, ReportRow } from './report.ts';
import type { LedgerStore } from './store.ts';

/** Options of `createLedger`. */
export interface LedgerOptions {
  /**
   * Store of counters and records: `@majordomo/store-sqlite` for one machine, `@majordomo/store-redis` or
   * `@majordomo/store-postgres` for several.
   *
   * @default memoryStore()
   */
  readonly store?: LedgerStore | undefined;
  /**
   * Catalogue with prices.
   *
   * @default the snapshot of `@majordomo/catalog`
   */
  readonly catalog?: Catalog | undefined;
  /** Limits. Two limits with the same name, or a limit that no call could pass, are a `config` error. */
  readonly limits?: readonly Limit[] | undefined;
  /**
   * Decision on a call without a known price under a limit of money: `admit` lets it pass uncounted and emits
   * an alert.
   *
   * @default 'deny'
   */
  readonly unknownPrice?: 'admit' | 'deny' | undefined;
  /**
   * Amount that an attempt reserves: `maximum`, so that no limit is exceeded; `likely`, the output that 99 of
   * 100 responses of this target did not exceed; or a function that returns a number of output tokens.
   *
   * @default 'maximum'
   */
  readonly reserve?: 'maximum' | 'likely' | ((attempt: AttemptInfo) => number | undefined) | undefined;
  /**
   * Counts the pages of PDFs, such as the media fitter of `createMajordomo`. Without it, a PDF with
   * compressed objects is reserved as the most pages that the model accepts.
   */
  readonly media?: Pick<MediaFitter, 'pages'> | undefined;
  /**
   * Handling of a call that fits into a limit of money or tokens, but not next to the reservations of other
   * calls in progress. `wait`: the call waits in order of arrival within the process until enough of them
   * have settled. `deny`: the call fails with `denied` and a short `retryAfterMs`.
   *
   * @default 'wait'
   */
  readonly whenHeld?: 'wait' | 'deny' | undefined;
  /**
   * Maximum wait for reservations of other calls, in milliseconds. Afterwards the call is denied as with
   * `whenHeld: 'deny'`.
   *
   * @default 30_000
   */
  readonly heldTimeoutMs?: number | undefined;
  /**
   * Decision on calls while the store fails or does not answer within `storeTimeoutMs`. Calls that are
   * admitted meanwhile are booked when the store answers again.
   *
   * @default 'deny'
   */
  readonly whenDown?: 'admit' | 'deny' | undefined;
  /**
   * Maximum wait for the store, in milliseconds.
   *
   * @default 250
   */
  readonly storeTimeoutMs?: number | undefined;
  /** Keys of call metadata that records contain. */
  readonly tags?: readonly string[] | undefined;
  /** Receives alerts. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /** Receives the record of each attempt when it is booked, for example for telemetry. */
  readonly onRecord?: ((record: SpendRecord) => void) | undefined;
  /**
   * Clock.
   *
   * @default the system clock
   */
  readonly clock?: Clock | undefined;
}

/** Amount that was spent outside of majordomo. */
export interface Entry {
  readonly vendor: string;
  /** A decimal number such as `0.0125`. */
  readonly usd: string;
  readonly tenant?: string | undefined;
  /** Tags of the record. Limits match them like call metadata. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Id of the entry. An id that was booked before is ignored.
   *
   * @default a random id
   */
  readonly id?: string | undefined;
}

/** Limits, reservations, records and reports over one store. */
export interface Ledger {
  /** For `createMajordomo({ gates: [ledger.gate] })`. */
  readonly gate: Gate;
  /** Returns the current limits. */
  limits(): readonly Limit[];
  /**
   * Adds a limit or replaces the limit with the same name, whose alerts can be emitted again. Throws `config`
   * for an invalid limit.
   */
  setLimit(limit: Limit): void;
  /** Removes a limit. An unknown name is ignored. */
  removeLimit(name: string): void;
  /**
   * Returns the states of one limit or of all limits. A limit with `each` has a state for each counter that
   * was used.
   */
  state(limit?: string): Promise<readonly LimitState[]>;
  /** Returns records, oldest first. */
  records(query?: RecordQuery): AsyncIterable<SpendRecord>;
  /** Returns rows in the order of their keys. */
  report(query: ReportQuery): Promise<readonly ReportRow[]>;
  /**
   * Books an amount that was spent elsewhere, such as the price of an e-mail. It counts towards matching
   * limits and is never denied.
   */
  book(entry: Entry): Promise<void>;
  /**
   * Waits until all bookings in progress are stored. Rejects if the store fails, and once for a record that
   * it can never store. On platforms that end a request's work with the request, use the call's `waitUntil`
   * instead.
   */
  flush(): Promise<void>;
  /** Flushes and closes the store. Records that could not be stored are emitted as `unrecorded`. */
  close(): Promise<void>;
}
