/**
 * Store of JSON records in spaces, such as the runs of an agent or the rows of a batch. A space needs no creation, and is empty until
 * its first write. Every method is atomic. `recordStoreConformance` of `@majordomo/conformance` checks an implementation.
 *
 * A method rejects with `config` for a wrong use, see `checkWrite` and `checkList`. If the store fails, a method rejects with another
 * error, and a write may or may not have happened. `hold` finds out which.
 */
export interface RecordStore {
  /** Returns a record, or `undefined` if none is stored under the key or the record has expired. */
  get(space: string, key: string): Promise<StoredRecord | undefined>;
  /**
   * Makes all changes of one space, or none. Returns a version for each change in the same order: the new version, 0 for a removed
   * record, or the version that a `check` names. Returns `undefined` and changes nothing if a record has another version than its change
   * names, or if a `touch` finds no record.
   *
   * @param changes 1 to 1,000 changes of different keys
   */
  write(space: string, changes: readonly RecordChange[]): Promise<readonly number[] | undefined>;
  /** Returns records in an order. The cost does not depend on the number of records in the space. */
  list(space: string, query: RecordQuery): Promise<readonly StoredRecord[]>;
  /** Returns the number of records by label. Labels without records are omitted. */
  counts(space: string): Promise<Readonly<Record<string, number>>>;
  /**
   * Returns the records with a text that matches, best match first. A text matches if every word of the query is the start of one of
   * its words. Ignores case, accents and punctuation. A query without a letter or digit has no results. A store may index only the
   * beginning of a long text. Omitted by stores without a search.
   *
   * @param limit maximum number of records: 1 to 1,000
   */
  search?(space: string, words: string, limit: number): Promise<readonly RecordHit[]>;
  /**
   * Calls `changed` with the key of each record of the space that any process writes, but not when a record expires. Calls `changed`
   * with `undefined` if changes may be missing: when a lost connection is restored, and at least every 500 ms while it is lost.
   * Resolves to a function that stops watching. Omitted by stores that cannot notify other processes.
   */
  watch?(space: string, changed: (key: string | undefined) => void): Promise<() => Promise<void>>;
}

/** Stored record. */
export interface StoredRecord {
  readonly key: string;
  /** Value as JSON, as it was written. Empty if the query has `values: false`. */
  readonly value: string;
  /** Positive safe integer that increases with each write of the key, also after a removal. */
  readonly version: number;
  readonly label: string;
  /** Time of the last `put`, in epoch milliseconds of the store's clock. */
  readonly at: number;
  /** Time from now until the record is due, in milliseconds, at most 0 if it is due; `undefined` for never. */
  readonly dueMs: number | undefined;
}

/** Record that a search has found, with an excerpt of the matching text. */
export interface RecordHit extends StoredRecord {
  readonly excerpt: string;
}

/**
 * Change of a record. All changes have a `key`, and a `version` that the stored record must have: 0 if none may be stored, `undefined`
 * if any record or none may be stored.
 *
 * - `put` stores a record, and replaces all members of an earlier one.
 * - `touch` changes members of a stored record without writing its value, which may have megabytes. Needs a stored record.
 * - `check` changes nothing, so that the other changes depend on the version of this record.
 * - `remove` removes a record, if one is stored.
 */
export type RecordChange =
  | {
      readonly type: 'put';
      readonly key: string;
      readonly version?: number | undefined;
      /** Value as JSON of `JSON.stringify`, which contains neither U+0000 nor lone surrogates. */
      readonly value: string;
      /** Label, of at most 100 bytes of UTF-8. `@default ''` */
      readonly label?: string | undefined;
      /** Time from now until the record is due, in milliseconds. `@default never` */
      readonly dueMs?: number | undefined;
      /** Time from now after which the record is removed, in milliseconds. `@default the record is not removed` */
      readonly keepMs?: number | undefined;
      /** Texts for `search`. Ignored by stores without a search. `@default none` */
      readonly texts?: readonly string[] | undefined;
    }
  | {
      readonly type: 'touch';
      readonly key: string;
      readonly version?: number | undefined;
      /** `@default unchanged` */
      readonly label?: string | undefined;
      /** As for `put`; `null` for never. `@default unchanged` */
      readonly dueMs?: number | null | undefined;
      /** As for `put`; `null` if the record is not to be removed. `@default unchanged` */
      readonly keepMs?: number | null | undefined;
    }
  | { readonly type: 'check'; readonly key: string; readonly version: number }
  | { readonly type: 'remove'; readonly key: string; readonly version?: number | undefined };

/** Selection of records. */
export interface RecordQuery {
  /** Label of the records, not for the order `due`. `@default any label` */
  readonly label?: string | undefined;
  /** Start of the keys, for the order `key` only. `@default any key` */
  readonly prefix?: string | undefined;
  /** Keys of the records, at most 1,000, for the order `key` only. A key that occurs twice has one record. `@default any key` */
  readonly keys?: readonly string[] | undefined;
  /**
   * Order: `key` by the bytes of the keys in UTF-8, `newest` by the time of the last `put` with the latest first, or `due` by the due
   * time with the earliest first. The order `due` contains only records with a due time, also those that are not due yet. U+0000,
   * backslashes and lone surrogates may have another place in the order of the keys. Records with the same time have any order.
   * `@default 'key'`
   */
  readonly order?: 'key' | 'newest' | 'due' | undefined;
  /**
   * Last record of the previous page, whose successors are returned. Of the order `key`, only its key matters. Not for the order `due`,
   * whose first records leave the front when they are taken. `@default the first page`
   */
  readonly after?: Pick<StoredRecord, 'key' | 'at'> | undefined;
  /** Whether the values are returned, which may have megabytes. `@default true` */
  readonly values?: boolean | undefined;
  /** Maximum number of records: 1 to 1,000. */
  readonly limit: number;
}
