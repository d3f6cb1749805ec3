import type { RecordQuery, SpendRecord } from './record.ts';
import type { ReportQuery, ReportRow } from './report.ts';

/** Periods that are all as long, one after the other. */
export interface EqualPeriods {
  /** How long each is; whole. */
  readonly ms: number;
  /** When the first one after 1970 begins: from 0 on, below `ms`. */
  readonly phaseMs: number;
}

/**
 * An amount that is held on a counter until it is settled. Amounts are exact within int64. Periods are told as what is
 * left of them, since clocks differ; the store's clock counts.
 */
export interface Claim {
  readonly counter: string;
  /** Used and held together never exceed it by a claim. */
  readonly max: bigint;
  readonly amount: bigint;
  /** Until the counter begins again; the first claim of a period sets its end. `undefined`: never. */
  readonly resetsInMs: number | undefined;
  /**
   * Until the end of the period after that, told in the last moments of one. A claim that comes late to a store begins the
   * next period there, instead of one that is over within a moment and lets in as much again.
   */
  readonly nextResetsInMs?: number | undefined;
  /**
   * Where all periods are as long. A store with a clock of its own begins them by that one: if each of two clocks that disagree began
   * its own, there would be more of them than time.
   */
  readonly window?: EqualPeriods | undefined;
  /** What becomes of the amount when nobody renews its lease. */
  readonly whenLapsed: 'spent' | 'free';
  /** Whose counter it is; absent: all tenants'. */
  readonly tenant?: string | undefined;
}

/** Counter that has no room for a claim. */
export interface Refusal {
  readonly counter: string;
  /** Below 0 after an overrun. */
  readonly left: bigint;
  /** Amount that other reservations hold. */
  readonly held: bigint;
  /** Number of reservations that hold it. */
  readonly holders: number;
  /** Until the counter begins again; `undefined`: it never does. */
  readonly retryAfterMs: number | undefined;
}

/**
 * Where the books are kept. Every method is atomic and may be repeated with the same id. A store that has its answer at
 * hand gives it at once: then a call waits for nothing.
 */
export interface LedgerStore {
  /**
   * All claims or none. The same id again, before or after it was settled, holds nothing more; a store may forget a settled id
   * once its lease would have been over.
   */
  reserve(id: string, claims: readonly Claim[], leaseMs: number): Awaitable<Refusal | undefined>;
  /** An unknown, lapsed or settled id: nothing happens. */
  renew(id: string, leaseMs: number): Awaitable<void>;
  /**
   * Books what was used; true when the claim was still held. False after a lapse, when what was used takes the place of
   * what had been assumed as spent; false, and nothing changes, for an id that is unknown or was settled before. What
   * was claimed on a counter that is not named here is given back; counters without a claim are left alone.
   */
  settle(
    id: string,
    used: readonly { readonly counter: string; readonly amount: bigint }[],
  ): Awaitable<boolean>;
  /** Those whose name begins like this, in the order of their names. One whose period is over has nothing used. */
  counters(prefix: string): Promise<readonly CounterState[]>;
  /**
   * A record with an id that is there already changes nothing. Rejects with `invalid-request` for one that it can never take;
   * after any other error it is asked again, as long as it takes no others either.
   */
  append(record: SpendRecord): Awaitable<void>;
  /** Oldest first. */
  records(query: RecordQuery): AsyncIterable<SpendRecord>;
  /** Where the store can add up by itself; otherwise the ledger does, from records. */
  report?(query: ReportQuery): Promise<readonly ReportRow[]>;
  /** What is asked for afterwards may reject. */
  close(): Promise<void>;
}

type Awaitable<T> = T | Promise<T>;

/** What stands on a counter now. */
export interface CounterState {
  readonly counter: string;
  readonly used: bigint;
  readonly held: bigint;
  /** Epoch ms; `undefined`: never, or its period is over. */
  readonly resetsAt: number | undefined;
}
