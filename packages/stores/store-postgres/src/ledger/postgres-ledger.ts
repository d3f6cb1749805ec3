import type { LedgerStore } from '@majordomo/ledger';
import type { Connection } from '../client/connection.ts';
import { Counters } from './counters.ts';
import { Records } from './records.ts';

/** Creates the ledger store. It has no `report`, so the ledger computes reports from the records. */
export function postgresLedger(connection: Connection): LedgerStore {
  const counters = new Counters(connection);
  const records = new Records(connection);
  return {
    reserve: (id, claims, leaseMs) => counters.reserve(id, claims, leaseMs),
    renew: (id, leaseMs) => counters.renew(id, leaseMs),
    settle: (id, used) => counters.settle(id, used),
    counters: (prefix) => counters.list(prefix),
    append: (record) => records.append(record),
    records: (query) => records.read(query),
    // The application owns the client and closes it.
    close: async () => undefined,
  };
}
