import type { LedgerStore, RecordQuery, SpendRecord } from '@majordomo/ledger';

/** A record of a chat that finished, unless told otherwise. */
export const spend = (of: Partial<SpendRecord> & Pick<SpendRecord, 'id'>): SpendRecord => ({
  at: '2026-11-20T12:00:00.000Z',
  call: of.id,
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
  ...of,
});

/** All that are there. */
export async function all(store: LedgerStore, query: RecordQuery = {}): Promise<readonly SpendRecord[]> {
  const found: SpendRecord[] = [];
  for await (const record of store.records(query)) found.push(record);
  return found;
}
