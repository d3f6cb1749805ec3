import type { CallEntry, CallQuery } from './call.ts';

/** Query for one page of a store, with at most `limit` entries. */
export interface CallPageQuery extends CallQuery {
  readonly limit: number;
  /** Position of the last entry of the previous page. */
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/** Members of an entry that `stats` of the call log sums. */
export interface CallFigures extends Pick<
  CallEntry,
  'id' | 'tenant' | 'key' | 'model' | 'target' | 'operation' | 'outcome' | 'ms' | 'firstMs' | 'nanoUsd'
> {
  /** Start time in epoch milliseconds. */
  readonly at: number;
  /** Kind of the error. */
  readonly kind: string | undefined;
  /** Output tokens of a streamed call. */
  readonly output: number | undefined;
}

/** Store for entries. `callStoreConformance` of `@majordomo/conformance` checks an implementation. */
export interface CallStore {
  /**
   * Appends entries in one transaction. An entry replaces a stored entry with the same id. If the new entry has no content, the
   * stored content is retained.
   */
  append(entries: readonly CallEntry[]): Promise<void>;
  /** Returns entries without content, newest first by `at`, then id, starting after the given position. */
  page(query: CallPageQuery): Promise<readonly CallEntry[]>;
  /** Returns the entry with this id, with its content, or `undefined` if none exists. */
  get(id: string): Promise<CallEntry | undefined>;
  /** Returns the figures of the entries that `page` returns. A store with a synchronous driver first runs other waiting work. */
  figures(query: CallPageQuery): Promise<readonly CallFigures[]>;
  /** Stored sums of hours. If not set, `stats` of the call log reads the figures of each entry. */
  readonly hours?: CallHours | undefined;
  /**
   * Deletes entries that started before `entries`, and the content of entries that started before `content`, at most `most` of
   * each. Returns the number of deleted entries and contents.
   */
  prune(before: { readonly entries: Date; readonly content: Date }, most: number): Promise<number>;
}

/**
 * Sums of hours, which the call log computes from the entries and stores. `append` and `prune` remove the sums of an hour in the
 * transaction that adds, replaces or deletes one of its entries, and give the hour a new version.
 */
export interface CallHours {
  /**
   * Returns the hours from `from`, inclusive, to `to`, exclusive, oldest first. Includes every hour that has entries. A store
   * with a synchronous driver first runs other waiting work.
   */
  read(query: CallHoursQuery): Promise<readonly CallHour[]>;
  /** Stores the sums of an hour, unless the hour has a new version. */
  write(hour: CallHourSums): Promise<void>;
}

/** Query for at most `limit` hours. Times are in epoch milliseconds. */
export interface CallHoursQuery {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
  /** Level of the sums to return. Only the sums of `callers` are grouped by tenant and key. */
  readonly level: 'models' | 'callers';
}

/** Hour of UTC that has entries. */
export interface CallHour {
  /** Start in epoch milliseconds. */
  readonly hour: number;
  readonly version: string;
  /** Sums as JSON. `undefined` if no sums are stored for the current version of the hour. */
  readonly sums: string | undefined;
}

/** Sums of one hour, as JSON, by level. Only the level `callers` groups by tenant and key. */
export interface CallHourSums extends Pick<CallHour, 'hour' | 'version'> {
  readonly models: string;
  readonly callers: string;
}
