import { systemClock, type Clock } from '@majordomo/core';
import type { LedgerStore } from '../contract/store.ts';
import { MemoryCounters } from './memory-counters.ts';
import { MemoryRecords } from './memory-records.ts';

/** Creates a store in the memory of this process. The store retains at least the last 100,000 records. */
export function memoryStore(options: { readonly clock?: Clock | undefined } = {}): LedgerStore {
  const { clock = systemClock } = options;
  const counters = new MemoryCounters();
  const records = new MemoryRecords();
  return {
    reserve: (id, claims, leaseMs) => counters.reserve(id, claims, leaseMs, clock.now()),
    renew(id, leaseMs) {
      counters.renew(id, leaseMs, clock.now());
    },
    settle: (id, used) => counters.settle(id, used, clock.now()),
    counters: async (prefix) => counters.list(prefix, clock.now()),
    append(record) {
      records.append(record);
    },
    records: (query) => records.read(query),
    close: () => Promise.resolve(),
  };
}
