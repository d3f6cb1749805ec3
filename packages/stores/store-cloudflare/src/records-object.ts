import {
  deleteExpired,
  RECORD_TABLES,
  sqliteRecords,
  type SqliteConnection,
} from '@majordomo/records/sqlite';
import { checkFormat } from './format.ts';
import { answer } from './object-call.ts';
import type { ObjectRecords, RecordsCommand } from './object-records.ts';
import type { ObjectState } from './platform.ts';

/** Minimum time from a write until its expired records are deleted by an alarm, in milliseconds, because each alarm is a request. */
const ALARM_MS = 60_000;

/**
 * Records of one space as a Durable Object. The application exports the class and binds it with SQLite storage (`new_sqlite_classes`).
 * Expired records are deleted by later writes, and by an alarm of the object.
 */
export class RecordsObject {
  private readonly storage: ObjectState['storage'];
  private readonly connection: SqliteConnection;
  private hasTables = false;

  constructor(state: object, _env: object) {
    const { storage } = state as ObjectState;
    this.storage = storage;
    this.connection = {
      run: (sql, ...values) => storage.sql.exec(sql, ...values).toArray(),
      read: async (run) => run(),
      write: async (run) => storage.transactionSync(run),
    };
  }

  /** Handles a request of `cloudflareStores`. Only Workers with the binding can call an object. */
  fetch(request: Request): Promise<Response> {
    return answer(request, async (text) => {
      this.prepare();
      const { method, values } = JSON.parse(text) as RecordsCommand;
      const records = sqliteRecords(this.connection, () => Date.now()) as ObjectRecords;
      const run = records[method] as (...values: readonly unknown[]) => Promise<unknown>;
      const result = await run(...values);
      if (method === 'write') await this.setAlarm(this.nextExpiry());
      return JSON.stringify({ result });
    });
  }

  /** Deletes expired records. Called by the runtime. */
  async alarm(): Promise<void> {
    this.prepare();
    // If more than 1,000 records have expired, another alarm deletes the others.
    await this.connection.write(() => {
      deleteExpired(this.connection, Date.now(), 1000);
    });
    await this.setAlarm(this.nextExpiry());
  }

  /** Checks the format and creates the tables, once. Called in requests, because callers receive no errors of the constructor. */
  private prepare(): void {
    if (this.hasTables) return;
    const { sql } = this.storage;
    this.storage.transactionSync(() => {
      checkFormat(sql, () => sql.exec(RECORD_TABLES));
    });
    this.hasTables = true;
  }

  private nextExpiry(): number | null {
    const [row] = this.storage.sql.exec('SELECT min(until) AS until FROM entries').toArray();
    return row?.['until'] as number | null;
  }

  /** Ensures an alarm at the time or earlier. */
  private async setAlarm(expiry: number | null): Promise<void> {
    if (expiry === null) return;
    const time = Math.max(Math.ceil(expiry), Date.now() + ALARM_MS);
    const current = await this.storage.getAlarm();
    if (current === null || current > time) await this.storage.setAlarm(time);
  }
}
