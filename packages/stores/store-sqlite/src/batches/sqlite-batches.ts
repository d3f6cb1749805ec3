import type { BatchRow, BatchStore } from '@majordomo/batch';
import { LlmError, type JsonObject } from '@majordomo/core';
import { fromStoredText, toStoredText } from '@majordomo/core/toolkit';
import type { Database } from '../file/database.ts';

type Row = Readonly<Record<string, unknown>>;

export function sqliteBatches(database: Database, now: () => number): BatchStore {
  const sql = statements(database);
  const idOf = (row: Row | undefined): number | undefined => row && Number(row['id']);
  const jobOf = (key: string): number | undefined => idOf(sql.job.get(toStoredText(key)));
  const addCounts = (job: number, changes: ReadonlyMap<string, number>): void => {
    for (const [place, change] of changes)
      if (change !== 0) sql.addCount.run(job, toStoredText(place), change);
  };
  return {
    load: (key) =>
      database.read(() => {
        const row = sql.load.get(toStoredText(key));
        return row && { job: JSON.parse(String(row['json'])) as JsonObject, version: Number(row['version']) };
      }),
    save: (key, job, version, fence) =>
      database.write(() => {
        const name = toStoredText(key);
        const owner = fence ?? null;
        if (version === 0) sql.create.run(name);
        const { changes } = sql.save.run(JSON.stringify(job), name, version, owner, owner);
        return Number(changes) === 1;
      }),
    keys: () => database.read(() => sql.keys.all().map((row) => fromStoredText(String(row['key'])))),
    lock: (key, holder, leaseMs) =>
      database.write(() => {
        const job = sql.lockOf.get(toStoredText(key));
        if (job === undefined) return undefined;
        const isOwn = job['holder'] === holder;
        const isFree = job['holder'] === null || Number(job['held_until']) <= now();
        if (!isOwn && !isFree) return undefined;
        const fence = Number(isOwn ? job['fence'] : sql.nextFence.get()?.['last']);
        sql.lock.run(holder, Math.ceil(now() + leaseMs), fence, Number(job['id']));
        return fence;
      }),
    unlock: (key, holder) =>
      database.write(() => {
        sql.unlock.run(toStoredText(key), holder);
      }),
    add: (key, rows, version) =>
      database.write(() => {
        const job = idOf(sql.jobAtVersion.get(toStoredText(key), version));
        if (job === undefined) return false;
        const added = new Map<string, number>();
        for (const { index, id, place, request, data = null } of rows) {
          const name = toStoredText(id);
          const { changes } = sql.add.run(job, index, name, toStoredText(place), request, data);
          if (Number(changes) === 0) checkSame(sql.found.all(job, index, name), index, id);
          else addTo(added, place, 1);
        }
        addCounts(job, added);
        return true;
      }),
    rows: (key, { place, indexes, after = -1, limit }) =>
      database.read(() => {
        const job = jobOf(key);
        if (job === undefined) return [];
        if (indexes !== undefined) {
          const wanted = place === undefined ? null : toStoredText(place);
          return sql.byIndex.all(job, JSON.stringify(indexes), wanted, wanted, after, limit).map(rowOf);
        }
        const rows =
          place === undefined
            ? sql.page.all(job, after, limit)
            : sql.byPlace.all(job, toStoredText(place), after, limit);
        return rows.map(rowOf);
      }),
    move: (key, moves, fence) =>
      database.write(() => {
        const job = idOf(sql.jobAtFence.get(toStoredText(key), fence));
        if (job === undefined) return false;
        const moved = new Map<string, number>();
        for (const { index, from, to, data } of moves) {
          const { changes } = sql.move.run(toStoredText(to), data ?? null, job, index, toStoredText(from));
          addTo(moved, from, -Number(changes));
          addTo(moved, to, Number(changes));
        }
        addCounts(job, moved);
        return true;
      }),
    counts: (key) =>
      database.read(() =>
        Object.fromEntries(
          sql.counts
            .all(jobOf(key) ?? 0)
            .map((row) => [fromStoredText(String(row['place'])), Number(row['count'])]),
        ),
      ),
    remove: (key, version) =>
      database.write(() => {
        const job = idOf(sql.jobAtVersion.get(toStoredText(key), version));
        if (job === undefined) return false;
        sql.addRemovedVersion.run(version);
        sql.removeRows.run(job);
        sql.removeCounts.run(job);
        sql.remove.run(job);
        return true;
      }),
  };
}

function addTo(sums: Map<string, number>, place: string, change: number): void {
  sums.set(place, (sums.get(place) ?? 0) + change);
}

/** Throws `config` unless the stored row has this index and this id. */
function checkSame(found: readonly Row[], index: number, id: string): void {
  const path = `items[${index}].id`;
  const twin = found.find((row) => row['idx'] !== index);
  if (twin !== undefined)
    throw new LlmError(
      'config',
      `${path}: items[${Number(twin['idx'])}] has the same id "${id}"; use unique ids`,
      { path },
    );
  const known = fromStoredText(String(found[0]?.['id']));
  if (known !== id)
    throw new LlmError(
      'config',
      `${path}: the stored item has the id "${known}", not "${id}"; submit the same items, or use another key`,
      { path },
    );
}

const rowOf = (row: Row): BatchRow => ({
  index: Number(row['idx']),
  id: fromStoredText(String(row['id'])),
  place: fromStoredText(String(row['place'])),
  request: String(row['request']),
  data: (row['data'] as string | null) ?? undefined,
});

function statements(database: Database) {
  const row = 'SELECT idx, id, place, request, data FROM batch_rows';
  return {
    job: database.prepare('SELECT id FROM batch_jobs WHERE key = ?'),
    create: database.prepare(
      'INSERT INTO batch_jobs (key, version, held_until) VALUES (?, 0, 0) ON CONFLICT DO NOTHING',
    ),
    load: database.prepare('SELECT json, version FROM batch_jobs WHERE key = ? AND version > 0'),
    jobAtVersion: database.prepare('SELECT id FROM batch_jobs WHERE key = ? AND version = ?'),
    jobAtFence: database.prepare('SELECT id FROM batch_jobs WHERE key = ? AND version > 0 AND fence = ?'),
    save: database.prepare(
      `UPDATE batch_jobs SET json = ?,
         version = 1 + CASE version WHEN 0 THEN (SELECT removed_version FROM batch_fences) ELSE version END
       WHERE key = ? AND version = ? AND (? IS NULL OR fence = ?)`,
    ),
    keys: database.prepare('SELECT key FROM batch_jobs WHERE version > 0 ORDER BY key'),
    lockOf: database.prepare(
      'SELECT id, holder, held_until, fence FROM batch_jobs WHERE key = ? AND version > 0',
    ),
    nextFence: database.prepare('UPDATE batch_fences SET last = last + 1 RETURNING last'),
    lock: database.prepare('UPDATE batch_jobs SET holder = ?, held_until = ?, fence = ? WHERE id = ?'),
    // The row retains the holder, because a later renewal by the same holder does not change the fencing number.
    unlock: database.prepare('UPDATE batch_jobs SET held_until = 0 WHERE key = ? AND holder = ?'),
    add: database.prepare(
      'INSERT INTO batch_rows (job, idx, id, place, request, data) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    found: database.prepare('SELECT idx, id FROM batch_rows WHERE job = ? AND (idx = ? OR id = ?)'),
    page: database.prepare(`${row} WHERE job = ? AND idx > ? ORDER BY idx LIMIT ?`),
    byPlace: database.prepare(`${row} WHERE job = ? AND place = ? AND idx > ? ORDER BY idx LIMIT ?`),
    byIndex: database.prepare(
      `${row} WHERE job = ? AND idx IN (SELECT value FROM json_each(?)) AND (? IS NULL OR place = ?) AND idx > ?
       ORDER BY idx LIMIT ?`,
    ),
    move: database.prepare(
      'UPDATE batch_rows SET place = ?, data = coalesce(?, data) WHERE job = ? AND idx = ? AND place = ?',
    ),
    counts: database.prepare('SELECT place, count FROM batch_places WHERE job = ? AND count > 0'),
    addCount: database.prepare(
      'INSERT INTO batch_places (job, place, count) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count',
    ),
    addRemovedVersion: database.prepare('UPDATE batch_fences SET removed_version = max(removed_version, ?)'),
    removeRows: database.prepare('DELETE FROM batch_rows WHERE job = ?'),
    removeCounts: database.prepare('DELETE FROM batch_places WHERE job = ?'),
    remove: database.prepare('DELETE FROM batch_jobs WHERE id = ?'),
  };
}
