import type { LedgerStore } from '@majordomo/ledger';
import type { Database } from '../file/database.ts';
import { Counters } from './counters.ts';
import { Records } from './records.ts';
import { Report } from './report.ts';
import { Retention } from './retention.ts';
import { SeriesTable } from './series.ts';

/** Creates the ledger store. `close` closes the file. */
export function sqliteLedger(
  database: Database,
  now: () => number,
  keepRecordsMs: number | undefined,
  close: () => Promise<void>,
): LedgerStore {
  const counters = new Counters(database, now);
  const series = new SeriesTable(database);
  const records = new Records(database, series, new Retention(database, keepRecordsMs, now));
  const report = new Report(database, series, (query) => records.read(query));
  return {
    reserve: (id, claims, leaseMs) => counters.reserve(id, claims, leaseMs),
    renew: (id, leaseMs) => counters.renew(id, leaseMs),
    settle: (id, used) => counters.settle(id, used),
    counters: (prefix) => counters.list(prefix),
    append: (record) => records.append(record),
    records: (query) => records.read(query),
    report: (query) => report.rows(query),
    close,
  };
}
