import type { CallEntry, CallQuery, CallStats, CallStatsQuery } from './call.ts';

/** Query for one page of a store. */
export interface CallPageQuery extends CallQuery {
  readonly limit: number;
  /** Position of the last entry of the previous page. */
  readonly after?: { readonly at: string; readonly id: string } | undefined;
}

/** Store for entries. `callStoreConformance` of `@majordomo/conformance` checks an implementation. */
export interface CallStore {
  /**
   * Appends entries in one transaction. An entry replaces a stored entry with the same id. If the new entry has no content, the
   * stored content does not change.
   */
  append(entries: readonly CallEntry[]): Promise<void>;
  /** Returns entries without content, newest first by `at`, then id, starting after the given position. */
  page(query: CallPageQuery): Promise<readonly CallEntry[]>;
  /** Returns the entry with this id, with its content. */
  get(id: string): Promise<CallEntry | undefined>;
  /** Returns the figures of each group, in any order. Percentiles use the nearest rank, or deviate by at most 5 %. */
  stats(query: CallStatsQuery): Promise<readonly CallStats[]>;
  /**
   * Deletes entries that started before `entries`, and the content of entries that started before `content`, at most `most` of
   * each. Returns the number of deleted entries and contents.
   */
  prune(before: { readonly entries: Date; readonly content: Date }, most: number): Promise<number>;
}
