import type { LedgerStore, RecordQuery, SpendRecord } from '@majordomo/ledger';

/** Returns a record of a finished chat. `overrides` replaces members of the record. */
export const spend = (overrides: Partial<SpendRecord> & Pick<SpendRecord, 'id'>): SpendRecord => ({
  at: '2026-11-20T12:00:00.000Z',
  call: overrides.id,
  operation: 'chat',
  target: 'a/x',
  vendor: 'a',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 100,
  usage: { input: 10, output: 5, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  nanoUsd: '1000',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-20',
  ...overrides,
});

/** Returns all records of a query. */
export async function all(store: LedgerStore, query: RecordQuery = {}): Promise<readonly SpendRecord[]> {
  const found: SpendRecord[] = [];
  for await (const record of store.records(query)) found.push(record);
  return found;
}
