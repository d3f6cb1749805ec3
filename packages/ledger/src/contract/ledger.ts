import type { Catalog } from '@majordomo/catalog';
import type { AttemptInfo, Clock, Gate, MediaFitter } from '@majordomo/core';
import type { Alert } from './alert.ts';
import type { Limit, LimitState } from './limit.ts';
import type { RecordQuery, SpendRecord } from './record.ts';
import type { ReportQuery, ReportRow } from './report.ts';
import type { LedgerStore } from './store.ts';

/** What `createLedger` takes. */
export interface LedgerOptions {
  /** Default: in memory. `@majordomo/store-sqlite` for one machine, `@majordomo/store-redis` for many. */
  readonly store?: LedgerStore | undefined;
  /** Default: the snapshot of `@majordomo/catalog`. */
  readonly catalog?: Catalog | undefined;
  /** Two of one name are a `config` error, and so is one that no call could pass. */
  readonly limits?: readonly Limit[] | undefined;
  /**
   * A call whose price is not known, under a limit of money: let it pass uncounted (an alert says so) or deny it. Default
   * `deny`.
   */
  readonly unknownPrice?: 'admit' | 'deny' | undefined;
  /**
   * How much an attempt claims: the most it can use (default: nothing can be overrun), what this target's answers were
   * like so far (99 of 100), or a number of output tokens of yours.
   */
  readonly reserve?: 'maximum' | 'likely' | ((attempt: AttemptInfo) => number | undefined) | undefined;
  /**
   * Counts the pages of PDFs for the claims of limits of money and tokens, such as the media fitter of `createMajordomo`.
   * Without it, the bound of a PDF with compressed objects goes by its size, up to what the model takes.
   */
  readonly media?: Pick<MediaFitter, 'pages'> | undefined;
  /**
   * What to do with a call that fits into a limit of money or tokens, but not next to the reservations of other calls in
   * progress. `wait`: in order of arrival within the process, until enough of them have settled. `deny`: fail with
   * `denied` and a short `retryAfterMs`.
   *
   * @default 'wait'
   */
  readonly whenHeld?: 'wait' | 'deny' | undefined;
  /**
   * Longest wait for other calls' reservations, in milliseconds; then the call is denied as with `whenHeld: 'deny'`.
   *
   * @default 30_000
   */
  readonly heldTimeoutMs?: number | undefined;
  /** When the store does not answer in `storeTimeoutMs`. Default `deny`. */
  readonly whenDown?: 'admit' | 'deny' | undefined;
  /** Default 250. */
  readonly storeTimeoutMs?: number | undefined;
  /** Which metadata of a call goes into records. */
  readonly tags?: readonly string[] | undefined;
  /** What is worth telling somebody, as it happens. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /** Each attempt as it is booked: for telemetry. */
  readonly onRecord?: ((record: SpendRecord) => void) | undefined;
  /** Default: real time. */
  readonly clock?: Clock | undefined;
}

/** What is spent elsewhere. */
export interface Entry {
  readonly vendor: string;
  /** A decimal number such as `0.0125`. */
  readonly usd: string;
  readonly tenant?: string | undefined;
  /** Also the metadata that limits look at. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** The same id again books nothing more. Default: a random one. */
  readonly id?: string | undefined;
}

/** Limits, reservations, records and reports over one store. */
export interface Ledger {
  /** For `createMajordomo({ gates: [ledger.gate] })`. */
  readonly gate: Gate;
  /** As they are now. */
  limits(): readonly Limit[];
  /** Adds or replaces by name; alerts are armed again. Throws `config` for one that says nothing. */
  setLimit(limit: Limit): void;
  /** A name that there is not: nothing happens. */
  removeLimit(name: string): void;
  /** Of one limit, or of all; one with `each` has a state for each counter that was used. */
  state(limit?: string): Promise<readonly LimitState[]>;
  /** Oldest first. */
  records(query?: RecordQuery): AsyncIterable<SpendRecord>;
  /** In the order of the rows' keys. */
  report(query: ReportQuery): Promise<readonly ReportRow[]>;
  /** What was spent elsewhere: an e-mail, an image service. Counts towards limits that match; never denied. */
  book(entry: Entry): Promise<void>;
  /**
   * All that was begun is booked; rejects when the store does not take it, and once for what it never takes. On a platform
   * whose requests die with their contexts, a call's own `waitUntil` is the way.
   */
  flush(): Promise<void>;
  /** `flush`; then the store is closed, and what it has not taken is told as `unrecorded`. */
  close(): Promise<void>;
}
