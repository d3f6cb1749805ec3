import { closeSync, openSync, readSync, renameSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LlmError, messageOf } from '@majordomo/core';
import { APPLICATION_ID, FORMAT, TABLES } from './schema.ts';
import { isBusy, isCorrupt } from './sqlite-error.ts';

/** Maximum time to wait for a transaction of another process, in milliseconds. */
const BUSY_MS = 5000;

/**
 * Opens or creates the file. Throws `config`, and does not change the file, if a newer version or another program created it.
 * Also throws `config` for a damaged file of this package, after renaming the file and its log.
 */
export function openFile(path: string): DatabaseSync {
  const before = inodeOf(path);
  let database: DatabaseSync | undefined;
  let header: Buffer | undefined;
  try {
    // Check the header first. SQLite would treat another program's file as empty if it is smaller than a page, and overwrite it.
    header = headerOf(path);
    if (header !== undefined && !isSqlite(header)) throw unknownFile(path);
    if (before === undefined) createPrivately(path);
    database = new DatabaseSync(path, { timeout: BUSY_MS });
    prepare(database, path);
    return database;
  } catch (cause) {
    if (database?.isOpen === true) database.close();
    if (LlmError.is(cause)) throw cause;
    if (isCorrupt(cause))
      throw header?.readUInt32BE(ID_AT) === APPLICATION_ID
        ? renameDamaged(path, before, cause)
        : unknownFile(path, cause);
    throw new LlmError(
      'config',
      `${path} cannot be opened: ${messageOf(cause)}; end any program that locks it, or pass a path in an existing, writable folder`,
      { path },
      { cause },
    );
  }
}

/**
 * Creates an empty file that only the current user can read. SQLite gives its log the same permissions. An empty path
 * and `:memory:` are databases without a file.
 */
function createPrivately(path: string): void {
  if (path !== '' && path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
}

function prepare(database: DatabaseSync, path: string): void {
  // Read the version before the id, because a process that creates the file commits both in one transaction.
  const isEmpty = pragma(database, 'schema_version') === 0;
  const application = pragma(database, 'application_id');
  const isNew = isEmpty && application === 0;
  if (!isNew && application !== APPLICATION_ID) throw foreignFile(path);
  refuseNewer(database, path);
  // Read the schema, so that a damaged page is found now and not during a call.
  database.prepare('SELECT count(*) FROM sqlite_schema').get();
  enableWal(database);
  database.exec('PRAGMA synchronous = NORMAL');
  createTables(database, path);
}

/**
 * Enables the write-ahead log. Tries again while another process uses the file, because SQLite itself does not wait for the
 * required exclusive access.
 */
function enableWal(database: DatabaseSync): void {
  for (let tries = 0; ; tries++) {
    try {
      database.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (!isBusy(error) || tries >= 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BUSY_MS / 100);
    }
  }
}

/** Creates the tables, unless the file has them. Only one process at a time can create them. */
function createTables(database: DatabaseSync, path: string): void {
  if (pragma(database, 'user_version') === FORMAT) return;
  database.exec('BEGIN IMMEDIATE');
  try {
    refuseNewer(database, path);
    if (pragma(database, 'user_version') === 0)
      database.exec(`${TABLES}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${FORMAT}`);
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function refuseNewer(database: DatabaseSync, path: string): void {
  const version = pragma(database, 'user_version');
  if (version <= FORMAT) return;
  throw new LlmError(
    'config',
    `${path} was written by a newer version of @majordomo/store-sqlite (format ${version}; this version supports formats up to ${FORMAT}); update the package`,
    { path },
  );
}

function pragma(database: DatabaseSync, name: string): number {
  return Number(Object.values(database.prepare(`PRAGMA ${name}`).get() ?? {})[0]);
}

const foreignFile = (path: string): LlmError =>
  new LlmError('config', `${path} is a SQLite file of another program; pass the path of another file`, {
    path,
  });

const MAGIC = 'SQLite format 3\0';
/** Offset of the application id in the header of a SQLite file, in bytes. */
const ID_AT = 68;
/** Number of bytes of the header up to the end of the application id. */
const HEADER = 72;

/** Returns the start of a file, or `undefined` if the file does not exist, is empty or is not a regular file. */
function headerOf(path: string): Buffer | undefined {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
  const header = Buffer.alloc(HEADER);
  const file = openSync(path, 'r');
  try {
    return readSync(file, header) === 0 ? undefined : header;
  } finally {
    closeSync(file);
  }
}

const isSqlite = (header: Buffer): boolean => header.toString('latin1', 0, MAGIC.length) === MAGIC;

const unknownFile = (path: string, cause?: unknown): LlmError =>
  new LlmError(
    'config',
    `${path} is not a database of @majordomo/store-sqlite, or its header is damaged; the file was not changed; pass the path of another file, or move this one`,
    { path },
    { cause },
  );

/** Renames a damaged file and returns the error. Renames nothing if another process has already replaced the file. */
function renameDamaged(path: string, before: bigint | undefined, cause: unknown): LlmError {
  const aside = `${path}.damaged-${new Date().toISOString().replaceAll(':', '-')}`;
  if (before === undefined || inodeOf(path) !== before)
    return new LlmError(
      'config',
      `${path} was damaged, and another process has replaced it; open it again`,
      { path },
      { cause },
    );
  for (const suffix of ['', '-wal', '-shm']) {
    try {
      renameSync(path + suffix, aside + suffix);
    } catch (error) {
      // The files of the log need not exist.
      if (suffix === '')
        return new LlmError(
          'config',
          `${path} is damaged (${messageOf(cause)}) and cannot be renamed (${messageOf(error)}); move the file to another path`,
          { path },
          { cause },
        );
    }
  }
  return new LlmError(
    'config',
    `${path} is damaged (${messageOf(cause)}) and was renamed to ${aside}; restore a copy, or open the path again to create an empty database`,
    { path },
    { cause },
  );
}

function inodeOf(path: string): bigint | undefined {
  return statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
}
