import type { CallStore } from '@majordomo/admin';
import { systemClock, type Clock, type Gate } from '@majordomo/core';
import {
  checkOptions,
  number,
  sharedLanes,
  type KindsOf,
  type SharedLanesOptions,
} from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { sqliteRecords } from '@majordomo/records/sqlite';
import { sqliteCalls } from './calls/sqlite-calls.ts';
import { Database } from './file/database.ts';
import { sqliteFiles } from './files/sqlite-files.ts';
import { sqliteLedger } from './ledger/sqlite-ledger.ts';

/** Stores in one file. */
export interface SqliteStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  /** Versioned records, for all features that must survive a process. */
  readonly records: RecordStore;
  /** Creates a gate that permits at most `most` concurrent attempts across all processes. Further attempts wait. */
  lanes(options: SharedLanesOptions): Gate;
  /** Entries of a call log, for `createCallLog` of `@majordomo/admin`. */
  readonly calls: CallStore;
  /** Files of the clients of a gateway, for the option `files` of `createGateway`. Content of a deleted file is removed 10 minutes later. */
  readonly files: FileContentStore;
  /** Closes the file. Later calls of the stores reject. */
  close(): Promise<void>;
}

/** Options of `sqliteStores`. */
export interface SqliteOptions {
  /** Clock of the stores. `@default the system clock` */
  readonly clock?: Clock | undefined;
  /**
   * Time for which spend records are stored, in milliseconds, at least a day. Limits do not depend on records. Each record uses
   * about half a kilobyte.
   * @default records are stored permanently
   */
  readonly keepRecordsMs?: number | undefined;
}

/** Minimum retention time, in milliseconds. Alerts of limits need the records of the last day. */
const DAY_MS = 86_400_000;

const KINDS: KindsOf<SqliteOptions> = {
  clock: 'object with now',
  keepRecordsMs: number(DAY_MS),
};

/**
 * Opens or creates the file at `path` with `node:sqlite` in WAL mode. Several processes of a machine can share the file, but
 * not on a network drive. If the process crashes, no settled amounts are lost. A power failure may lose the last transactions,
 * but the file remains valid. Renames a damaged file, and throws `config`. Also throws `config` for a file of a newer version
 * or of another program, and for invalid options.
 */
export function sqliteStores(path: string, options: SqliteOptions = {}): SqliteStores {
  checkOptions('sqliteStores', { path }, { path: 'string' }, ['path']);
  checkOptions('sqliteStores', options, KINDS);
  const { clock = systemClock, keepRecordsMs } = options;
  const now = (): number => clock.now();
  const database = new Database(path);
  const close = async (): Promise<void> => {
    database.close();
  };
  const ledger = sqliteLedger(database, now, keepRecordsMs, close);
  return {
    ledger,
    records: sqliteRecords(database, now),
    calls: sqliteCalls(database),
    files: sqliteFiles(database),
    lanes: (lanes) => sharedLanes({ store: ledger, storeName: 'SQLite', clock }, lanes),
    close,
    [Symbol.asyncDispose]: close,
  };
}
