import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LlmError } from '@majordomo/core';
import { openFile } from './open.ts';
import { isBusy, isCorrupt } from './sqlite-error.ts';

/** One connection to the file, with its statements and transactions. */
export class Database {
  private readonly path: string;
  private readonly connection: DatabaseSync;
  private readonly begin: StatementSync;
  private readonly commit: StatementSync;

  constructor(path: string) {
    this.path = path;
    this.connection = openFile(path);
    this.begin = this.connection.prepare('BEGIN IMMEDIATE');
    this.commit = this.connection.prepare('COMMIT');
  }

  /** Numbers beyond 2⁵³ are an error when they are read. */
  prepare(sql: string): StatementSync {
    return this.connection.prepare(sql);
  }

  /** Every number that is read is a `bigint`. */
  prepareExact(sql: string): StatementSync {
    const statement = this.connection.prepare(sql);
    statement.setReadBigInts(true);
    return statement;
  }

  /** All or nothing, and nobody else writes meanwhile. */
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
      return new LlmError('config', `${path} was closed; make the stores again`, { path }, { cause: error });
    if (isBusy(error))
      return new LlmError(
        'overloaded',
        `${path} is being written by another process for too long`,
        { path },
        { cause: error },
      );
    if (isCorrupt(error))
      return new LlmError(
        'config',
        `${path} is damaged; open it again: it is set aside then`,
        { path },
        { cause: error },
      );
    return error instanceof Error ? error : new Error(String(error));
  }
}
