import { LlmError } from '@majordomo/core';
import type { Sql } from './platform.ts';

/** Version of the format of an object's tables. */
const FORMAT = 1;

/**
 * Checks the format version of an object's data. Stores the version in a new object, and calls `makeTables`. Runs in a transaction. Throws
 * `config` for a newer version.
 */
export function checkFormat(sql: Sql, makeTables: () => void): void {
  sql.exec('CREATE TABLE IF NOT EXISTS format (version INTEGER)');
  const [row] = sql.exec('SELECT version FROM format').toArray();
  if (row === undefined) {
    sql.exec('INSERT INTO format (version) VALUES (?)', FORMAT);
    makeTables();
    return;
  }
  const format = Number(row['version']);
  if (format > FORMAT)
    throw new LlmError(
      'config',
      `a newer version of @majordomo/store-cloudflare wrote the data of this object (format ${format}; this version supports formats up to ${FORMAT}); update the package`,
    );
}
