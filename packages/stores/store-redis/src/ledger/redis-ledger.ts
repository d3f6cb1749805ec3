import type { LedgerStore } from '@majordomo/ledger';
import type { Connection } from '../connection/connection.ts';
import { Counters } from './counters.ts';
import { Records } from './records.ts';

/** Creates the ledger store. The ledger computes reports from records. */
export function redisLedger(
  connection: Connection,
  base: string,
  limits: { readonly timeoutMs: number; readonly keepRecordsMs: number },
): LedgerStore {
  const counters = new Counters(connection, base, limits.timeoutMs);
  const records = new Records(connection, base, limits.keepRecordsMs);
  return {
    reserve: (id, claims, leaseMs) => counters.reserve(id, claims, leaseMs),
    renew: (id, leaseMs) => counters.renew(id, leaseMs),
    settle: (id, used) => counters.settle(id, used),
    counters: (prefix) => counters.list(prefix),
    append: (record) => records.append(record),
    records: (query) => records.read(query),
    // The application closes the connection.
    close: async () => undefined,
  };
}
