import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { RecordsObject } from '../src/index.ts';
import { objectRecords } from '../src/object-records.ts';

const MINUTE = 60_000;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

/** Returns an object with a database in memory, and the store that uses it. */
function object() {
  const database = new DatabaseSync(':memory:');
  onTestFinished(() => {
    database.close();
  });
  const alarm: { time: number | null } = { time: null };
  const storage = {
    sql: {
      exec(sql: string, ...values: (string | number | null)[]) {
        if (sql.includes(';')) database.exec(sql);
        const rows = sql.includes(';') ? [] : database.prepare(sql).all(...values);
        return { toArray: () => rows };
      },
    },
    transactionSync: <T>(run: () => T): T => run(),
    getAlarm: async () => alarm.time,
    setAlarm: async (time: number) => {
      alarm.time = time;
    },
  };
  const records = new RecordsObject({ storage }, {});
  const store = objectRecords({
    idFromName: () => ({}),
    get: () => ({ fetch: (url, init) => records.fetch(new Request(url, init)) }),
  });
  /** Calls the alarm as the runtime does at its time. */
  const ring = async (): Promise<void> => {
    vi.setSystemTime(alarm.time ?? 0);
    alarm.time = null;
    await records.alarm();
  };
  const count = (): unknown => database.prepare('SELECT count(*) AS rows FROM entries').get()?.['rows'];
  return { store, alarm, ring, count };
}

it('expired records of an object without further requests are deleted by its alarm', async () => {
  const { store, alarm, ring, count } = object();
  const put = (key: string, keepMs?: number) =>
    store.write('a', [{ type: 'put', key, value: '1', ...(keepMs !== undefined && { keepMs }) }]);
  await put('lasting');
  expect(alarm.time).toBeNull();
  await put('later', 10 * MINUTE);
  await put('soon', 1);
  expect(alarm.time).toBe(1_000_000 + MINUTE);
  await ring();
  expect([count(), alarm.time]).toEqual([2, 1_000_000 + 10 * MINUTE]);
  await ring();
  expect([count(), alarm.time]).toEqual([1, null]);
});

it('a wrong use is refused before a request', async () => {
  const store = objectRecords({ idFromName: () => ({}), get: () => expect.fail('no request is expected') });
  await expect(store.write('a', [])).rejects.toMatchObject({ kind: 'config' });
  await expect(store.list('a', { limit: 0 })).rejects.toMatchObject({ kind: 'config' });
});
