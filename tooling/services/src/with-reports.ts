import { createLedger, type LedgerStore } from '@majordomo/ledger';

/** Adds `report`, computed by a ledger from the records, which the conformance suite requires. */
export const withReports = (store: LedgerStore): LedgerStore => ({
  ...store,
  report: (query) => createLedger({ store }).report(query),
});
