import type { JsonObject } from '@majordomo/core';

/*
 * Copy of `BatchStore` of `@majordomo/batch`. Tests of `@majordomo/batch` use this package, so this package cannot import it.
 */

/** Row of a job, which is one request with its data. */
export interface StoredBatchRow {
  readonly index: number;
  readonly id: string;
  readonly place: string;
  readonly request: string;
  readonly data: string | undefined;
}

/** Members of `BatchStore`. */
export interface TestedBatchStore {
  /** Loads a job; `undefined` if the key is unknown. */
  load(key: string): Promise<{ readonly job: JsonObject; readonly version: number } | undefined>;
  /** Saves a job if the stored version is `version` and the last fencing number is `fence`. Returns whether the job was saved. */
  save(key: string, job: JsonObject, version: number, fence?: number): Promise<boolean>;
  /** Returns the keys of all jobs. */
  keys(): Promise<readonly string[]>;
  /** Locks a job for `leaseMs` milliseconds, or renews the lock. Returns the fencing number if `holder` has the lock. */
  lock(key: string, holder: string, leaseMs: number): Promise<number | undefined>;
  /** Unlocks a job if `holder` has the lock. */
  unlock(key: string, holder: string): Promise<void>;
  /** Adds rows to a job if its stored version is `version`. Returns whether the version was stored. */
  add(key: string, rows: readonly StoredBatchRow[], version: number): Promise<boolean>;
  /** Returns the rows that match the query, in the order of their indexes. */
  rows(
    key: string,
    query: {
      readonly place?: string | undefined;
      readonly indexes?: readonly number[] | undefined;
      readonly after?: number | undefined;
      readonly limit: number;
    },
  ): Promise<readonly StoredBatchRow[]>;
  /**
   * Moves rows from one place to another, and replaces their data if the move contains data. Returns whether `fence` is the last
   * fencing number.
   */
  move(
    key: string,
    moves: readonly {
      readonly index: number;
      readonly from: string;
      readonly to: string;
      readonly data?: string | undefined;
    }[],
    fence: number,
  ): Promise<boolean>;
  /** Returns the number of rows at each place. */
  counts(key: string): Promise<Readonly<Record<string, number>>>;
  /** Deletes a job if its stored version is `version`. Returns whether the job was deleted. */
  remove(key: string, version: number): Promise<boolean>;
}
