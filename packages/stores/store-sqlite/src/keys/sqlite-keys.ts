import type { KeyRecord, KeyStore } from '@majordomo/admin';
import { LlmError } from '@majordomo/core';
import { toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

/** Default number of keys per page. */
const DEFAULT_PAGE = 100;

/** Creates the store of virtual keys in the file. `find` returns no promise, so that a request does not wait for other work. */
export function sqliteKeys(database: Database): KeyStore {
  const sql = statements(database);
  return {
    put: (record) =>
      database.write(() => {
        const id = toStoredText(record.id);
        const version = Number(sql.version.get(id)?.['version'] ?? 0);
        const isTaken = record.hashes.some(({ sha256 }) => (sql.owner.get(sha256)?.['key'] ?? id) !== id);
        if (isTaken || version !== record.version - 1) throw conflict(record.id);
        const tenant = record.tenant === undefined ? null : toStoredText(record.tenant);
        sql.put.run(id, record.createdAt, tenant, record.version, JSON.stringify(record));
        sql.forget.run(id);
        for (const { sha256 } of record.hashes) sql.hash.run(sha256, id);
      }),
    find(sha256) {
      try {
        return recordOf(sql.find.get(sha256));
      } catch (error) {
        throw database.toStoreError(error);
      }
    },
    get: (id) => database.read(() => recordOf(sql.get.get(toStoredText(id)))),
    list: ({ tenant, limit = DEFAULT_PAGE, after }) =>
      database.read(() => {
        const from = after === undefined ? LAST : sql.place.get(toStoredText(after));
        if (from === undefined) return [];
        const wanted = tenant === undefined ? null : toStoredText(tenant);
        const rows = sql.list.all(from['created'] ?? '', from['id'] ?? '', wanted, wanted, limit);
        return rows.flatMap((row) => recordOf(row) ?? []);
      }),
  };
}

/** Position before the newest key, at which the first page begins. */
const LAST = { created: '~', id: '' };

const recordOf = (row: Readonly<Record<string, unknown>> | undefined): KeyRecord | undefined =>
  row && (JSON.parse(String(row['json'])) as KeyRecord);

const conflict = (id: string): LlmError =>
  new LlmError('denied', `key ${id}: another change was stored first; read the key and change it again`, {
    code: 'conflict',
  });

function statements(database: Database) {
  return {
    version: database.prepare('SELECT version FROM keys WHERE id = ?'),
    owner: database.prepare('SELECT key FROM key_hashes WHERE sha256 = ?'),
    put: database.prepare(
      `INSERT INTO keys (id, created, tenant, version, json) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
         tenant = excluded.tenant, version = excluded.version, json = excluded.json`,
    ),
    forget: database.prepare('DELETE FROM key_hashes WHERE key = ?'),
    hash: database.prepare('INSERT INTO key_hashes (sha256, key) VALUES (?, ?)'),
    find: database.prepare('SELECT json FROM keys WHERE id = (SELECT key FROM key_hashes WHERE sha256 = ?)'),
    get: database.prepare('SELECT json FROM keys WHERE id = ?'),
    place: database.prepare('SELECT created, id FROM keys WHERE id = ?'),
    list: database.prepare(
      `SELECT json FROM keys WHERE (created, id) < (?, ?) AND (? IS NULL OR tenant = ?)
       ORDER BY created DESC, id DESC LIMIT ?`,
    ),
  };
}
