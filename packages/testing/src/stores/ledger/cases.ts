import type { LedgerStore } from '@majordomo/ledger';
import type { StoreCase } from '../store-case.ts';
import { counting } from './counting.ts';
import { lapsing } from './lapsing.ts';
import { recording } from './recording.ts';
import { reporting } from './reporting.ts';

/**
 * What every ledger store has to do, as cases for any test runner. Leases are of real time: it takes some seconds. The
 * store has to be empty and is closed at the end of each case.
 */
export const ledgerStoreConformance: readonly StoreCase<LedgerStore>[] = [
  ...counting,
  ...lapsing,
  ...recording,
  ...reporting,
].map((one) => ({
  name: one.name,
  async run(create) {
    const store = await create();
    try {
      await one.run(store);
    } finally {
      await store.close();
    }
  },
}));
