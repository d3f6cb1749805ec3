import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LlmError } from '@majordomo/core';
import type { SqliteConnection, SqliteRow, SqliteValue } from '@majordomo/records/sqlite';
import { openFile } from './open.ts';
import { isBusy, isCorrupt } from './sqlite-error.ts';

/** Connection to the file, with its statements and transactions. */
export class Database implements SqliteConnection {
  private readonly path: string;
  private readonly connection: DatabaseSync;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;
  /** Prepared statements of `run`. */
  private readonly statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.path = path;
    this.connection = openFile(path);
    this.begin = this.connection.prepare('BEGIN IMMEDIATE');
    this.commit = this.connection.prepare('COMMIT');
  }

  /** Prepares a statement. The statement throws an error if it reads a number above 2⁵³. */
  prepare(sql: string): StatementSync {
    return this.connection.prepare(sql);
  }

  /** Prepares a statement that reads numbers as `bigint`. */
  prepareExact(sql: string): StatementSync {
    const statement = this.connection.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  /** Runs a statement that is prepared once. */
  run(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[] {
    const statement = this.statements.get(sql) ?? this.prepare(sql);
    this.statements.set(sql, statement);
    return statement.all(...values);
  }

  /** Runs a function in a transaction that locks the file against other writers. */
  write<T>(run: () => T): Promise<T> {
    return this.read(() => {
      this.begin.run();
      try {
        const result = run();
        this.commit.run();
        return result;
      } catch (error) {
        if (this.connection.isTransaction) this.connection.exec('ROLLBACK');
        throw error;
      }
    });
  }

  read<T>(run: () => T): Promise<T> {
    try {
      return Promise.resolve(run());
    } catch (error) {
      return Promise.reject(this.toStoreError(error));
    }
  }

  close(): void {
    if (this.connection.isOpen) this.connection.close();
  }

  toStoreError(error: unknown): Error {
    const { path } = this;
    if (!this.connection.isOpen)
      return new LlmError(
        'config',
        `${path} was closed; create the stores again`,
        { path },
        { cause: error },
      );
    if (isBusy(error))
      return new LlmError(
        'overloaded',
        `${path}: another process has locked the file for too long; try again later`,
        { path },
        { cause: error },
      );
    if (isCorrupt(error))
      return new LlmError(
        'config',
        `${path} is damaged; end all processes that use it, and restore a copy, or move it together with its -wal and -shm files`,
        { path },
        { cause: error },
      );
    return error instanceof Error ? error : new Error(String(error));
  }
}
