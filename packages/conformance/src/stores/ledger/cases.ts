import type { LedgerStore } from '@majordomo/ledger';
import type { StoreCase } from '../store-case.ts';
import { counting } from './counting.ts';
import { lapsing } from './lapsing.ts';
import type { LedgerCase } from './ledger-case.ts';
import { recording } from './recording.ts';
import { reporting } from './reporting.ts';
import { windows } from './windows.ts';

const onEmpty = (one: LedgerCase): StoreCase<LedgerStore> => ({
  name: one.name,
  async run(create) {
    const store = await create();
    try {
      await one.run(store);
    } finally {
      await store.close();
    }
  },
});

/**
 * What every ledger store has to do, as cases for any test runner. Leases are of real time: it takes some seconds. The
 * store has to be empty and is closed at the end of each case.
 */
export const ledgerStoreConformance: readonly StoreCase<LedgerStore>[] = [
  ...counting,
  ...lapsing,
  ...recording,
  ...reporting,
].map(onEmpty);

/**
 * What a ledger store has to do besides that has a clock of its own, which is that of this machine or right like it: it begins
 * periods by that clock, and not by that of whoever asks.
 */
export const ledgerWindowConformance: readonly StoreCase<LedgerStore>[] = windows.map(onEmpty);
