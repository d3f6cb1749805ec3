import type { LedgerStore } from '@majordomo/ledger';
import type { StoreCase } from '../store-case.ts';
import { countingCases } from './counting.ts';
import { leaseCases } from './lapsing.ts';
import { recordCases } from './recording.ts';
import { reportCases } from './reporting.ts';
import { windowCases } from './windows.ts';

/**
 * Test cases that every ledger store must pass, for any test runner. They take a few seconds. `create` must return an empty
 * store. Each case closes its store.
 */
export const ledgerStoreConformance: readonly StoreCase<LedgerStore>[] = [
  ...countingCases,
  ...leaseCases,
  ...recordCases,
  ...reportCases,
];

/**
 * Additional test cases for a ledger store with a separate clock, such as a database. The store must begin periods by its clock,
 * not by the client's. Both clocks must be correct.
 */
export const ledgerWindowConformance: readonly StoreCase<LedgerStore>[] = windowCases;
