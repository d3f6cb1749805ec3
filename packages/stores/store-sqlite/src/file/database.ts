import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LlmError, messageOf } from '@majordomo/core';
import type { SqliteConnection, SqliteRow, SqliteValue } from '@majordomo/records/sqlite';
import { openFile } from './open.ts';
import { isBusy, isCorrupt, isDiskFailure, isReadOnly } from './sqlite-error.ts';

/** Write that waits for the next transaction. Returns the function that settles its promise after the commit. */
interface WaitingWrite {
  readonly run: () => () => void;
  readonly reject: (error: unknown) => void;
}

/** Connection to the file, with its statements and transactions. */
export class Database implements SqliteConnection {
  private readonly path: string;
  private readonly connection: DatabaseSync;
  private readonly sql: {
    readonly begin: StatementSync;
    readonly beginRead: StatementSync;
    readonly commit: StatementSync;
    readonly save: StatementSync;
    readonly release: StatementSync;
    readonly undo: StatementSync;
  };
  private waiting: WaitingWrite[] = [];
  private readonly undoListeners: (() => void)[] = [];
  /** Prepared statements of `run`. */
  private readonly statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.path = path;
    this.connection = openFile(path);
    this.sql = {
      begin: this.connection.prepare('BEGIN IMMEDIATE'),
      beginRead: this.connection.prepare('BEGIN'),
      commit: this.connection.prepare('COMMIT'),
      save: this.connection.prepare('SAVEPOINT one_write'),
      release: this.connection.prepare('RELEASE one_write'),
      undo: this.connection.prepare('ROLLBACK TO one_write'),
    };
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
    let statement = this.statements.get(sql);
    if (statement === undefined) {
      statement = this.prepare(sql);
      this.statements.set(sql, statement);
    }
    return statement.all(...values);
  }

  /**
   * Runs a function in a transaction that locks the file against other writers. Functions that were passed before the event loop has
   * handled its current events share a transaction, because a commit needs more time than the function. If one of them throws, only its
   * changes are undone. If the transaction fails, each function runs again in a separate transaction.
   */
  write<T>(run: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.waiting.length === 0)
        setImmediate(() => {
          this.writeWaiting();
        });
      this.waiting.push({
        reject,
        run: () => {
          const result = run();
          return () => {
            resolve(result);
          };
        },
      });
    });
  }

  /** Adds a listener that is called when changes are undone, so that no cache contains them. */
  onUndo(listener: () => void): void {
    this.undoListeners.push(listener);
  }

  private writeWaiting(): void {
    const writes = this.waiting;
    this.waiting = [];
    // A transaction also fails because of one write, for example if it does not fit on the disk.
    if (writes.length > 0 && !this.writeAll(writes)) for (const write of writes) this.writeAll([write]);
  }

  /** Runs writes in a transaction. Returns `false`, and settles none of several writes, if their transaction fails. */
  private writeAll(writes: readonly WaitingWrite[]): boolean {
    let hasBegun = false;
    try {
      this.sql.begin.run();
      hasBegun = true;
      // The transaction of a single write undoes it.
      const settlements =
        writes.length === 1 ? writes.map(({ run }) => run()) : writes.map((write) => this.writeOne(write));
      this.sql.commit.run();
      for (const settle of settlements) settle();
      return true;
    } catch (error) {
      this.rollBack();
      this.undone();
      // If another process holds the lock, each further try would wait for it again, so all writes fail.
      if (hasBegun && writes.length > 1) return false;
      for (const { reject } of writes) reject(this.toStoreError(error));
      return true;
    }
  }

  private writeOne({ run, reject }: WaitingWrite): () => void {
    const { save, release, undo } = this.sql;
    save.run();
    try {
      const settle = run();
      release.run();
      return settle;
    } catch (error) {
      // SQLite itself ends the transaction after an error such as a full disk.
      if (!this.connection.isTransaction) throw error;
      undo.run();
      release.run();
      this.undone();
      return () => {
        reject(this.toStoreError(error));
      };
    }
  }

  private rollBack(): void {
    if (this.connection.isOpen && this.connection.isTransaction) this.connection.exec('ROLLBACK');
  }

  private undone(): void {
    for (const listener of this.undoListeners) listener();
  }

  /** Runs a function that reads. Its statements see the same state, also while another process writes. */
  async read<T>(run: () => T): Promise<T> {
    try {
      this.sql.beginRead.run();
      const result = run();
      this.sql.commit.run();
      return result;
    } catch (error) {
      this.rollBack();
      throw this.toStoreError(error);
    }
  }

  /** Runs the waiting writes, and closes the file. */
  close(): void {
    this.writeWaiting();
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
    const why = messageOf(error);
    if (isReadOnly(error))
      return new LlmError(
        'config',
        `${path} cannot be written: ${why}; make the file and its folder writable for this process`,
        { path },
        { cause: error },
      );
    if (isDiskFailure(error))
      return new LlmError(
        'server',
        `${path}: ${why}; check the free space of the disk and the folder of the file`,
        { path },
        { cause: error },
      );
    return error instanceof Error ? error : new Error(why);
  }
}
