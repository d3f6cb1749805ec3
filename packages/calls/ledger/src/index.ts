export { createLedger } from './create-ledger.ts';
export { memoryStore } from './memory/memory-store.ts';

export type { Alert } from './contract/alert.ts';
export type { Amount, Entry, Ledger, LedgerOptions, LongWork, UsedAmount } from './contract/ledger.ts';
export type { Limit, LimitState } from './contract/limit.ts';
export type { RecordQuery, SpendRecord } from './contract/record.ts';
export type { ReportKey, ReportQuery, ReportRow } from './contract/report.ts';
export type { Claim, CounterState, EqualPeriods, LedgerStore, Refusal } from './contract/store.ts';

// Types of `@majordomo/catalog` that the public API uses.
export type { Catalog, Cost } from '@majordomo/catalog';
