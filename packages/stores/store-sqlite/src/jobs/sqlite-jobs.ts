import type { JobStore } from '@majordomo/background';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

/** Maximum number of expired records that one operation deletes. Each save adds at most one record. */
const DELETED_AT_ONCE = 20;

/** Creates the store of background jobs in the file. */
export function sqliteJobs(database: Database, now: () => number): JobStore {
  const sql = statements(database);
  const nextVersion = (): number => Number(sql.nextVersion.get()?.['last']);
  return {
    load: (key) =>
      database.read(() => {
        const at = now();
        const row = sql.load.get(toStoredText(key), at);
        if (row === undefined) return undefined;
        const { record, version, due_at: dueAt } = row;
        return {
          record: String(record),
          version: Number(version),
          dueMs: dueAt === null ? undefined : Number(dueAt) - at,
        };
      }),
    save: (key, record, version, { dueMs, keepMs = Infinity }) =>
      database.write(() => {
        const name = toStoredText(key);
        const at = now();
        sql.removeIfExpired.run(name, at);
        sql.removeExpired.run(at, DELETED_AT_ONCE);
        if (version !== Number(sql.version.get(name)?.['version'] ?? 0)) return undefined;
        const next = nextVersion();
        const dueAt = dueMs === undefined ? null : at + dueMs;
        const until = keepMs === Infinity ? null : at + keepMs;
        const job = Number(sql.put.get(name, next, dueAt, until)?.['id']);
        sql.putRecord.run(job, record);
        return next;
      }),
    postpone: (key, version, dueMs) =>
      database.write(() => {
        const at = now();
        const job = sql.idAtVersion.get(toStoredText(key), version, at);
        if (job === undefined) return undefined;
        const next = nextVersion();
        sql.postpone.run(next, at + dueMs, Number(job['id']));
        return next;
      }),
    due: (limit) =>
      database.write(() => {
        const at = now();
        sql.removeExpired.run(at, DELETED_AT_ONCE);
        return sql.due
          .all(at, limit)
          .map((row) => ({ key: fromStoredText(String(row['key'])), dueMs: Number(row['due_at']) - at }));
      }),
    remove: (key, version) =>
      database.write(() => {
        const job = sql.idAtVersion.get(toStoredText(key), version, now());
        return job !== undefined && Number(sql.remove.run(Number(job['id'])).changes) === 1;
      }),
  };
}

function statements(database: Database) {
  const isStored = '(until IS NULL OR until > ?)';
  return {
    load: database.prepare(
      `SELECT record, version, due_at FROM background_jobs JOIN background_records ON job = id WHERE key = ? AND ${isStored}`,
    ),
    version: database.prepare('SELECT version FROM background_jobs WHERE key = ?'),
    idAtVersion: database.prepare(
      `SELECT id FROM background_jobs WHERE key = ? AND version = ? AND ${isStored}`,
    ),
    nextVersion: database.prepare('UPDATE background_versions SET last = last + 1 RETURNING last'),
    put: database.prepare(
      `INSERT INTO background_jobs (key, version, due_at, until) VALUES (?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
         version = excluded.version, due_at = excluded.due_at, until = excluded.until RETURNING id`,
    ),
    putRecord: database.prepare(
      'INSERT INTO background_records (job, record) VALUES (?, ?) ON CONFLICT (job) DO UPDATE SET record = excluded.record',
    ),
    postpone: database.prepare('UPDATE background_jobs SET version = ?, due_at = ? WHERE id = ?'),
    due: database.prepare(
      `SELECT key, due_at FROM background_jobs WHERE due_at IS NOT NULL AND ${isStored} ORDER BY due_at LIMIT ?`,
    ),
    // The record is deleted with its job.
    remove: database.prepare('DELETE FROM background_jobs WHERE id = ?'),
    removeIfExpired: database.prepare('DELETE FROM background_jobs WHERE key = ? AND until <= ?'),
    removeExpired: database.prepare(
      'DELETE FROM background_jobs WHERE id IN (SELECT id FROM background_jobs WHERE until <= ? ORDER BY until LIMIT ?)',
    ),
  };
}
