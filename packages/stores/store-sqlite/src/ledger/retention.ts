import type { Database } from '../file/database.ts';
import { HOUR_MS, hourOf } from './hours.ts';

/** Maximum number of records that one transaction deletes, so that other processes do not wait long. */
const BATCH = 1000;

/** Deletes old records and their hourly sums. */
export class Retention {
  private readonly keepMs: number | undefined;
  private readonly now: () => number;
  private readonly sql: ReturnType<typeof statements>;
  private next = -Infinity;

  constructor(database: Database, keepMs: number | undefined, now: () => number) {
    this.keepMs = keepMs;
    this.now = now;
    this.sql = statements(database);
  }

  /** Deletes old records, unless the last complete deletion was less than an hour ago. Call it within a write transaction. */
  deleteOld(): void {
    const now = this.now();
    if (this.keepMs === undefined || now < this.next) return;
    // Delete only complete hours, so that an hourly sum always includes the same records as the table.
    const end = Math.floor((now - this.keepMs) / HOUR_MS) * HOUR_MS;
    const { changes } = this.sql.records.run(end, BATCH);
    // After a batch, older records may remain. The sums of their hours must remain until a later batch deletes the records.
    const oldest = this.sql.oldest.get()?.['at'];
    const deletedUntil = oldest === null || oldest === undefined ? end : Math.min(end, Number(oldest));
    this.sql.hours.run(hourOf(deletedUntil));
    this.sql.shared.run(hourOf(deletedUntil) * HOUR_MS);
    this.next = Number(changes) === BATCH ? now : now + HOUR_MS;
  }
}

function statements(database: Database) {
  return {
    records: database.prepare(
      'DELETE FROM records WHERE seq IN (SELECT seq FROM records WHERE at < ? ORDER BY at LIMIT ?)',
    ),
    oldest: database.prepare('SELECT min(at) AS at FROM records'),
    hours: database.prepare('DELETE FROM hours WHERE hour < ?'),
    shared: database.prepare('DELETE FROM shared_calls WHERE at < ?'),
  };
}
