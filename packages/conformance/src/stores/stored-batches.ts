import type { JsonObject } from '@majordomo/core';

/*
 * Copy of `BatchStore` of `@majordomo/batch`. Its tests use this package, so this package cannot import the original.
 */

/** Row of a job. */
export interface StoredBatchRow {
  readonly index: number;
  readonly id: string;
  readonly place: string;
  readonly request: string;
  readonly data: string | undefined;
}

/** Members of `BatchStore`. */
export interface TestedBatchStore {
  /** Loads a job. */
  load(key: string): Promise<{ readonly job: JsonObject; readonly version: number } | undefined>;
  /** Saves a job if the stored version is `version`. Returns whether the job was saved. */
  save(key: string, job: JsonObject, version: number): Promise<boolean>;
  /** Returns the keys of all jobs. */
  keys(): Promise<readonly string[]>;
  /** Locks a job, or renews the lock. Returns whether `holder` has the lock. */
  lock(key: string, holder: string, leaseMs: number): Promise<boolean>;
  /** Unlocks a job. */
  unlock(key: string, holder: string): Promise<void>;
  /** Adds rows. */
  add(key: string, rows: readonly StoredBatchRow[]): Promise<void>;
  /** Returns rows in the order of their indexes. */
  rows(
    key: string,
    query: {
      readonly place?: string | undefined;
      readonly indexes?: readonly number[] | undefined;
      readonly after?: number | undefined;
      readonly limit: number;
    },
  ): Promise<readonly StoredBatchRow[]>;
  /** Moves rows to other places. */
  move(
    key: string,
    moves: readonly {
      readonly index: number;
      readonly from: string;
      readonly to: string;
      readonly data?: string | undefined;
    }[],
  ): Promise<void>;
  /** Returns the number of rows at each place. */
  counts(key: string): Promise<Readonly<Record<string, number>>>;
  /** Deletes a job. */
  remove(key: string): Promise<void>;
}
