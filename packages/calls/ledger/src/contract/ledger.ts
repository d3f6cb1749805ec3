import type { Catalog, Cost } from '@majordomo/catalog';
import type { AttemptInfo, CallInfo, Clock, Denial, Gate, MediaFitter, Usage } from '@majordomo/core';
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
  /** Catalog with the prices. @default the snapshot of `@majordomo/catalog` */
  readonly catalog?: Catalog | undefined;
  /**
   * Initial limits, which `setLimit` and `removeLimit` change. `createLedger` throws `config` for two limits with the same name, and
   * for a limit that no call could pass.
   * @default []
   */
  readonly limits?: readonly Limit[] | undefined;
  /**
   * Function that returns limits of one call in addition to `limits`, such as the limits of its key. Called at each attempt, and when
   * a job or a batch is reserved and booked, possibly in another process than its call. Limits with the same name, unit, period and
   * zone share counters. Return the same objects for later calls, because each new object is checked again. The time per call does not
   * grow with the number of keys. If such a limit denies a call, the error for the client contains the limit's amounts. If the function
   * fails, nothing is sent.
   * @default no additional limits
   */
  readonly limitsOf?: ((call: CallInfo) => readonly Limit[] | Promise<readonly Limit[]>) | undefined;
  /**
   * Decision on a call of unknown price to which a limit in USD applies. `admit` allows the call, books no money for the call and
   * emits an alert.
   * @default 'deny'
   */
  readonly unknownPrice?: 'admit' | 'deny' | undefined;
  /**
   * Amount that an attempt reserves. `maximum` reserves the largest amount that the attempt can use, so that concurrent calls
   * never exceed a limit. `likely` reserves the number of output tokens that 99 of 100 responses of this target did not exceed.
   * Before five responses, it reserves `maxTokens`, or at most 4096 tokens for a request without `maxTokens`. A function returns the
   * number of output tokens to reserve, or `undefined` for the maximum.
   *
   * @default 'maximum'
   */
  readonly reserve?: 'maximum' | 'likely' | ((attempt: AttemptInfo) => number | undefined) | undefined;
  /**
   * Counter of PDF pages, for example the media fitter of `createMajordomo`. If it is not set, a PDF with compressed objects
   * reserves the maximum number of pages that the model accepts.
   */
  readonly media?: Pick<MediaFitter, 'pages'> | undefined;
  /**
   * Decision on a call that exceeds a limit of money or tokens only because other calls in progress have reserved amounts. With
   * `wait`, the call waits until enough reservations are settled. Each process admits its waiting calls in order of arrival. With
   * `deny`, the call fails with `denied` and a `retryAfterMs` of one second.
   *
   * @default 'wait'
   */
  readonly whenHeld?: 'wait' | 'deny' | undefined;
  /**
   * Maximum time that a call waits for the reservations of other calls, in milliseconds. Afterwards the call is denied, as with
   * `whenHeld: 'deny'`.
   *
   * @default 30_000
   */
  readonly heldTimeoutMs?: number | undefined;
  /**
   * Decision on a call to which a limit applies, if the store fails or does not answer within `storeTimeoutMs`. `deny` denies the
   * call. With `admit`, the amounts and the record of the call are stored when the store answers again.
   *
   * @default 'deny'
   */
  readonly whenDown?: 'admit' | 'deny' | undefined;
  /**
   * Maximum time to wait for the store before an attempt, in milliseconds, and also after an attempt that `whenDown` admitted.
   *
   * @default 250
   */
  readonly storeTimeoutMs?: number | undefined;
  /** Keys of call metadata to store as tags of each record. The keys in `each` of `limits` are also stored. @default [] */
  readonly tags?: readonly string[] | undefined;
  /** Listener for alerts. */
  readonly onAlert?: ((alert: Alert) => void) | undefined;
  /** Listener that receives the record of each attempt when the attempt is booked, for example for telemetry. */
  readonly onRecord?: ((record: SpendRecord) => void) | undefined;
  /** Clock for timers and periods. @default the system clock */
  readonly clock?: Clock | undefined;
}

/** Amount that was spent outside of majordomo. */
export interface Entry {
  readonly vendor: string;
  /** Amount in USD, as a decimal string with at most nine decimals, such as `0.0125`. */
  readonly usd: string;
  readonly tenant?: string | undefined;
  /** Tags of the record. Limits match them like call metadata. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /**
   * Id of the entry. If an earlier entry has the same id, the entry is ignored.
   *
   * @default a random id
   */
  readonly id?: string | undefined;
}

/** Work that may end after the process that started it, such as a batch at a vendor. */
export interface LongWork extends Pick<
  AttemptInfo,
  'target' | 'vendor' | 'model' | 'billing' | 'name' | 'call'
> {
  /** Id of the reservation and of the record. */
  readonly id: string;
  /** Operation of the record, such as `batch`. */
  readonly operation: string;
}

/** Amounts of an attempt, or of work with several requests, as JSON. An unknown amount is `undefined`. */
export interface Amount {
  /** Number of requests. */
  readonly requests: number;
  /** Number of input tokens. */
  readonly input: number;
  /** Number of output tokens. */
  readonly output?: number | undefined;
  /** Cost in nano-USD, as a decimal integer. */
  readonly nanoUsd?: string | undefined;
}

/**
 * Result of long work: its cost, or the amounts that it has reserved, if its cost or a part of its usage is unknown. The reserved amounts
 * then count, and its record contains the known usage.
 */
export type UsedAmount = WorkEnd & ({ readonly cost: Cost } | { readonly most: Amount });

/** End of long work. */
interface WorkEnd {
  /** Number of requests. */
  readonly requests: number;
  readonly outcome: 'finished' | 'failed' | 'abandoned';
  /** Duration in milliseconds. */
  readonly ms: number;
  /** Usage that the vendor has reported. */
  readonly usage: Usage | undefined;
}

/** Ledger that enforces limits, stores a record of each attempt and computes reports. One store has its counters and records. */
export interface Ledger {
  /**
   * Gate to pass to `createMajordomo({ gates: [ledger.gate] })`. Its `precheck` denies an attempt if a limit does not allow it even
   * after all calls in progress have ended. It reads the counters and reserves nothing.
   */
  readonly gate: Gate;
  /** Returns the current limits. */
  limits(): readonly Limit[];
  /**
   * Adds a limit or replaces the limit with the same name. The alerts of a replaced limit can be emitted again. Throws
   * `config` for an invalid limit.
   */
  setLimit(limit: Limit): void;
  /** Removes a limit. An unknown name is ignored. */
  removeLimit(name: string): void;
  /**
   * Returns the states of one limit, or of all limits if no name is given. A limit with `each` has one state for each counter
   * that attempts have used. Rejects with `config` for an unknown name.
   */
  state(limit?: string): Promise<readonly LimitState[]>;
  /** Returns the states of limits that `limitsOf` has returned. Their `emptyAt` is `undefined`. */
  state(limits: readonly Limit[]): Promise<readonly LimitState[]>;
  /** Returns records, oldest first. */
  records(query?: RecordQuery): AsyncIterable<SpendRecord>;
  /** Returns the rows of a report in the order of their keys. Rejects with `config` for an invalid query. */
  report(query: ReportQuery): Promise<readonly ReportRow[]>;
  /**
   * Books an amount that was spent outside of majordomo, such as the price of an email. The amount counts toward matching
   * limits, which never deny it. Rejects with `config` for an invalid entry.
   */
  book(entry: Entry): Promise<void>;
  /**
   * Returns the amounts that an attempt reserves, at the rates of this tier, or of the most expensive tier if `tier` is omitted.
   */
  estimate(attempt: AttemptInfo, tier?: string): Promise<Amount>;
  /**
   * Reserves amounts for long work. Returns a denial if a limit does not allow the work, or if the store fails and `whenDown` is
   * `deny`. Never waits for other reservations. A repeated call with the id of admitted work reserves nothing more. Denied work holds
   * nothing: if the store has made the reservation nevertheless, the ledger releases it when the store answers again. Use another id
   * after a denial. If the reservation is not settled within `limitMs` milliseconds and two more hours, it counts as spent until
   * `settle` replaces it.
   * Each request of the work counts as one request and one call. Rejects with `invalid-request` for an id that the store can never
   * contain.
   */
  reserve(work: LongWork, most: Amount, limitMs: number): Promise<Denial | undefined>;
  /** Extends the reservation of admitted work, with `limitMs` from now as for `reserve`. If the store fails, only emits `store-down`. */
  renew(work: LongWork, limitMs: number): Promise<void>;
  /**
   * Releases the reservation of work that has sent nothing, from any process, and stores no record. A reservation of this id that the
   * store makes later has no effect. Rejects if the store fails. The caller can then call `release` again.
   */
  release(work: LongWork): Promise<void>;
  /**
   * Books the amounts that the work has used, from any process, and stores one record. A repeated call with the same id changes
   * nothing. Rejects if the store fails. The caller can then call `settle` again.
   */
  settle(work: LongWork, used: UsedAmount): Promise<void>;
  /**
   * Resolves when all bookings in progress are stored. Rejects if the store fails. The first flush after a record was abandoned
   * also rejects. If the platform stops work when the response ends, set `waitUntil` of the call.
   */
  flush(): Promise<void>;
  /** Flushes, then closes the store. Emits `unrecorded` for each record that is still not stored. */
  close(): Promise<void>;
}
