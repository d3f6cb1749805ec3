import { LlmError, messageOf, type Clock } from '@majordomo/core';
import { invoke, withTimeout } from '@majordomo/core/toolkit';
import { migrationSql, versionSql } from '../sql/migration.ts';
import { SCHEMA_VERSION } from '../sql/tables.ts';
import type { Query, Row, Value } from './client.ts';

/** Time after a timeout in which statements fail immediately, in milliseconds. Afterwards, one statement is sent as a test. */
const RETRY_MS = 1000;
/** Minimum time between two deletions of old rows, in milliseconds. */
const SWEEP_EVERY_MS = 60_000;
/** Time for creating the tables, in milliseconds. A busy database needs seconds, and processes that start together wait for each other. */
const MIGRATION_TIMEOUT_MS = 30_000;

export interface ConnectionOptions {
  readonly query: Query;
  readonly clock: Clock;
  readonly schema: string;
  readonly migrate: boolean;
  readonly timeoutMs: number;
  readonly keepRecordsMs: number;
}

/** Client with a timeout for each query. The first query creates or checks the tables. */
export class Connection {
  readonly clock: Clock;
  /** Quoted name of the schema. */
  readonly schema: string;
  readonly timeoutMs: number;
  private readonly options: ConnectionOptions;
  private migrated: Promise<void> | undefined;
  /** Time until which statements fail immediately, in epoch milliseconds; 0 if none has timed out since the last success. */
  private retryAt = 0;
  /** Time of the next deletion of old rows, in epoch milliseconds. */
  private sweepAt = 0;

  constructor(options: ConnectionOptions) {
    this.options = options;
    this.clock = options.clock;
    this.schema = `"${options.schema}"`;
    this.timeoutMs = options.timeoutMs;
  }

  /** Runs a statement within the timeout. Rejects with `network` or `server`, or with `config` for unsuitable tables or encodings. */
  query(text: string, values: readonly Value[]): Promise<readonly Row[]> {
    return this.withTimeout(() => this.unlimitedQuery(text, values));
  }

  /** Runs a statement with its own timeout, in milliseconds. After such a timeout, later statements are still sent. */
  slowQuery(text: string, values: readonly Value[], timeoutMs: number): Promise<readonly Row[]> {
    return this.slowly(() => this.unlimitedQuery(text, values), timeoutMs);
  }

  /** Runs a function with its own timeout, in milliseconds. After such a timeout, later statements are still sent. */
  slowly<Result>(work: () => Promise<Result>, timeoutMs: number): Promise<Result> {
    // Rejects at once, because the database does not respond.
    if (this.clock.now() < this.retryAt) return this.withTimeout(work);
    return withTimeout(work(), timeoutMs, this.clock);
  }

  /** Runs a statement without a timeout. Call it inside `withTimeout`. */
  async unlimitedQuery(text: string, values: readonly Value[]): Promise<readonly Row[]> {
    await this.ready();
    this.sweepSometimes();
    return this.send(text, values);
  }

  /** Runs a function. Rejects with `network` if the function takes longer than the timeout, but does not cancel it. */
  withTimeout<T>(work: () => Promise<T>): Promise<T> {
    const now = this.clock.now();
    if (now < this.retryAt) {
      const message =
        'postgres: the database does not respond; retry after a second, when the connection is tested again';
      return Promise.reject(new LlmError('network', message));
    }
    // Until a statement succeeds, send only one per second.
    if (this.retryAt > 0) this.retryAt = now + RETRY_MS;
    return new Promise<T>((resolve, reject) => {
      const cancel = this.clock.timer(this.timeoutMs, () => {
        this.retryAt = this.clock.now() + RETRY_MS;
        reject(
          new LlmError(
            'network',
            `postgres: no answer within ${this.timeoutMs} ms; check the load of the database, or raise timeoutMs`,
          ),
        );
      });
      Promise.resolve(invoke(work)).then(
        (answer) => {
          cancel();
          this.retryAt = 0;
          resolve(answer);
        },
        (error: unknown) => {
          cancel();
          reject(LlmError.is(error) ? error : statementError(error));
        },
      );
    });
  }

  /** Checks within the timeout whether the database answers, then creates or checks the tables, which may take longer. */
  async open(): Promise<void> {
    await this.withTimeout(() => this.checkSettings());
    await withTimeout(this.ready(), MIGRATION_TIMEOUT_MS, this.clock);
  }

  /** Checks the settings, and creates or checks the tables, once. After a failure, the next statement tries again. */
  private ready(): Promise<void> {
    this.migrated ??= this.migrate().catch((error: unknown) => {
      this.migrated = undefined;
      throw error;
    });
    return this.migrated;
  }

  private async migrate(): Promise<void> {
    const { schema, migrate } = this.options;
    await this.checkSettings();
    let version = await this.version();
    if (version < SCHEMA_VERSION && migrate) {
      await this.send(migrationSql(schema));
      version = await this.version();
    }
    if (version === SCHEMA_VERSION) return;
    const found = version === 0 ? 'has no tables' : `has version ${version}`;
    const remedy =
      version > SCHEMA_VERSION
        ? 'update @majordomo/store-postgres'
        : 'create or migrate the tables once with `migrate: true`';
    throw new LlmError(
      'config',
      `postgresStores: the schema "${schema}" ${found}, but this package needs version ${SCHEMA_VERSION}; ${remedy}`,
      { path: version > SCHEMA_VERSION ? 'schema' : 'migrate' },
    );
  }

  /**
   * Checks the encoding and the isolation level. Clients send UTF-8. A database with another encoding rejects some characters, or counts
   * bytes as characters. With a stricter isolation level than `read committed`, a statement fails instead of waiting for another one.
   */
  private async checkSettings(): Promise<void> {
    const [row] = await this.send(
      'SELECT current_setting($1::text) AS encoding, current_setting($2::text) AS isolation',
      ['server_encoding', 'transaction_isolation'],
    );
    const { encoding, isolation } = row ?? {};
    if (encoding !== 'UTF8')
      throw new LlmError(
        'config',
        `postgresStores: the encoding of the database is ${encoding}, but this package needs UTF8; ` +
          `use a database that was created with ENCODING 'UTF8'`,
        { path: 'client' },
      );
    if (isolation !== 'read committed')
      throw new LlmError(
        'config',
        `postgresStores: the isolation level of the client is ${isolation}, but this package needs read committed; ` +
          `use a separate client or role with default_transaction_isolation = 'read committed'`,
        { path: 'client' },
      );
  }

  private async version(): Promise<number> {
    const [exists] = await this.send('SELECT to_regclass($1)::text AS name', [`${this.schema}.meta`]);
    if ((exists?.['name'] ?? '') === '') return 0;
    const [row] = await this.send(versionSql(this.schema), ['true']);
    return Number(row?.['version'] ?? 0);
  }

  private async send(text: string, values?: readonly Value[]): Promise<readonly Row[]> {
    try {
      return await this.options.query(text, values);
    } catch (error) {
      throw statementError(error);
    }
  }

  private sweepSometimes(): void {
    const now = this.clock.now();
    if (now < this.sweepAt) return;
    this.sweepAt = now + SWEEP_EVERY_MS;
    const keep = `${Math.ceil(this.options.keepRecordsMs)}`;
    // Ignore the error, because the next deletion includes the same rows.
    this.send(`SELECT ${this.schema}.sweep($1::text::bigint)::text`, [keep]).catch(() => undefined);
  }
}

/**
 * Converts a client's error. Errors of PostgreSQL have an SQLSTATE, which contains a digit, unlike a code of Node such as `EPIPE`. Other
 * errors are failures of the connection, and so are the classes 08, 53 (too few resources) and 57P (shutdown).
 */
function statementError(cause: unknown): LlmError {
  const why = messageOf(cause);
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  const isReported = /^(?=.*\d)[\dA-Z]{5}$/.test(code) && !/^(?:08|53|57P)/.test(code);
  return isReported
    ? new LlmError('server', `postgres: the statement failed: ${why}`, {}, { cause })
    : new LlmError('network', `postgres: the connection failed: ${why}`, {}, { cause });
}
