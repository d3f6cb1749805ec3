import type { CallStore } from '@majordomo/admin';
import type { RunChannel } from '@majordomo/agent/durable';
import { LlmError, systemClock, type Gate, type Majordomo } from '@majordomo/core';
import {
  checkOptions,
  type KindsOf,
  number,
  sharedLanes,
  type SharedLanesOptions,
} from '@majordomo/core/toolkit';
import type { FileContentStore } from '@majordomo/files';
import type { LedgerStore } from '@majordomo/ledger';
import type { RecordStore } from '@majordomo/records';
import { postgresCalls } from './calls/postgres-calls.ts';
import { queryOf, type PostgresClient } from './client/client.ts';
import { Connection } from './client/connection.ts';
import { checkListener, Listener, type ListenerClient } from './client/listener.ts';
import { postgresFiles } from './files/postgres-files.ts';
import { shareHealth } from './health/share-health.ts';
import { postgresLedger } from './ledger/postgres-ledger.ts';
import { postgresRecords } from './records/postgres-records.ts';
import { noListener, postgresChannel } from './channel/postgres-channel.ts';

/** Options of `postgresStores`. */
export interface PostgresOptions {
  /** Client for all queries. It may use a pooler in transaction mode, because queries need no session state. */
  readonly client: PostgresClient;
  /**
   * Separate session for `LISTEN`: a connected `Client` of `pg`, another `postgres()` with `max: 1`, or a function that returns
   * one of them and is called again when the session is lost. Required for `shareHealth`, observers of `channel`, and watched
   * `records`. The session must not use a pooler in transaction or statement mode, which delivers no notifications and reports no error.
   */
  readonly listener?: ListenerClient | undefined;
  /**
   * Database schema of all tables and functions: at most 40 lower-case letters, digits and underscores, without a leading digit.
   *
   * @default 'majordomo'
   */
  readonly schema?: string | undefined;
  /**
   * Whether to create and migrate the tables at the first use. With `false`, the tables are only checked, and operations reject
   * with `config` if a table is missing or older.
   *
   * @default true
   */
  readonly migrate?: boolean | undefined;
  /**
   * Maximum duration of one operation in milliseconds, including the wait for a free connection. Afterwards, the operation
   * rejects with `network`. Set `storeTimeoutMs` of the ledger to the same value.
   *
   * @default 1_000
   */
  readonly timeoutMs?: number | undefined;
  /**
   * Time for which spending records are stored, in milliseconds, at least a day. Limits do not depend on records.
   *
   * @default 400 days
   */
  readonly keepRecordsMs?: number | undefined;
}

/** Stores in one database that the processes of all machines share. */
export interface PostgresStores extends AsyncDisposable {
  readonly ledger: LedgerStore;
  /**
   * Versioned JSON records of any feature. The store has `watch` only with the option `listener`, and its search covers the first
   * 100,000 characters of each text. Statements on records have a timeout of at least ten seconds, because values can have megabytes.
   */
  readonly records: RecordStore;
  /** Entries of a call log, for `createCallLog` of `@majordomo/admin`. */
  readonly calls: CallStore;
  /**
   * Files of the clients of a gateway, for the option `files` of `createGateway`. Content of a deleted file is removed after 10 minutes.
   * Statements on content have a timeout of at least ten seconds.
   */
  readonly files: FileContentStore;
  /**
   * Events of runs on a durable engine. Pass the channel to the engine's adapter, and to `watchRun` (requires `listener`).
   * Messages of more than 7,999 bytes are transported through a table.
   */
  readonly channel: RunChannel;
  /** Creates a gate that allows at most `most` concurrent attempts across all processes. Further attempts wait. */
  lanes(options: SharedLanesOptions): Gate;
  /** Shares benches and recoveries with other processes. Returns a function that stops sharing. Requires `listener`. */
  shareHealth(majordomo: Majordomo): Promise<() => Promise<void>>;
  /**
   * Resolves if the database answers, has the encoding UTF8 and the isolation level `read committed`, and its tables have the required
   * version. Creates missing tables, which may take up to 30 s. Rejects with `config` for another encoding or isolation level, for newer
   * tables and, with `migrate: false`, for missing or older tables. Otherwise, rejects with `network` or `server`.
   */
  ready(): Promise<void>;
  /** Stops listening and sharing health. The application closes the clients. */
  close(): Promise<void>;
}

const DAY_MS = 86_400_000;
const KEEP_RECORDS_MS = 400 * DAY_MS;
const TIMEOUT_MS = 1000;

/**
 * Creates stores that use a client of `pg` or `postgres`. Throws `config` with the name of an invalid option. The client is
 * not used before the first operation.
 *
 * @example postgresStores({ client: new Pool({ connectionString }) })
 */
export function postgresStores(options: PostgresOptions): PostgresStores {
  check(options);
  const { schema = 'majordomo', migrate = true } = options;
  const { timeoutMs = TIMEOUT_MS, keepRecordsMs = KEEP_RECORDS_MS } = options;
  const query = queryOf(options.client);
  const connection = new Connection({
    query,
    clock: systemClock,
    schema,
    migrate,
    timeoutMs,
    keepRecordsMs,
  });
  const ledger = postgresLedger(connection);
  const listener = options.listener && new Listener(options.listener, systemClock);
  const shared = new Set<() => Promise<void>>();
  const close = async (): Promise<void> => {
    await Promise.all(Array.from(shared, (stop) => stop()));
    listener?.close();
  };
  return {
    ledger,
    records: postgresRecords(connection, listener, schema),
    calls: postgresCalls(connection),
    files: postgresFiles(connection),
    channel: postgresChannel(connection, listener, schema),
    lanes: (lanes) => sharedLanes({ store: ledger, storeName: 'PostgreSQL', clock: systemClock }, lanes),
    async shareHealth({ health }) {
      if (listener === undefined) throw noListener('shareHealth');
      const end = await shareHealth(connection, listener, `${schema}_health`, health);
      const stop = (): Promise<void> => (shared.delete(stop) ? end() : Promise.resolve());
      shared.add(stop);
      return stop;
    },
    ready: () => connection.open(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

const KINDS: KindsOf<PostgresOptions> = {
  client: true,
  listener: true,
  schema: 'string',
  migrate: 'boolean',
  timeoutMs: number(1),
  keepRecordsMs: number(DAY_MS),
};

function check(options: PostgresOptions): void {
  checkOptions('postgresStores', options, KINDS, ['client']);
  const { schema = 'majordomo', listener } = options;
  if (!/^[a-z_][a-z\d_]{0,39}$/.test(schema))
    throw new LlmError(
      'config',
      `postgresStores: schema must have 1 to 40 lower-case letters, digits and underscores and no leading digit, not "${schema}"`,
      { path: 'schema' },
    );
  if (listener !== undefined) checkListener(listener);
}
