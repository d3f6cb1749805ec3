import type { Claim, LedgerStore, RecordQuery, SpendRecord } from '@majordomo/ledger';
import type { StoreCase } from '../store-case.ts';

/** Returns a case that runs on an empty store, and closes it. */
export const ledgerCase = (
  name: string,
  run: (store: LedgerStore) => Promise<void>,
): StoreCase<LedgerStore> => ({
  name,
  async run(create) {
    const store = await create();
    try {
      await run(store);
    } finally {
      await store.close();
    }
  },
});

/** Duration of a lease that does not end during a case, in milliseconds. */
export const LONG_MS = 600_000;
/** Maximum amount that a counter can store. */
export const MAX_AMOUNT: bigint = 2n ** 63n - 1n;

/** Returns a claim of 1 on the counter `a`, whose maximum is 10. `overrides` replaces members of the claim. */
export const claim = (overrides: Partial<Claim> = {}): Claim => ({
  counter: 'a',
  max: 10n,
  amount: 1n,
  resetsInMs: undefined,
  whenLapsed: 'spent',
  ...overrides,
});

/** Returns the used and the held amount of each counter, by name: `{ a: [used, held] }`. */
export async function amounts(
  store: LedgerStore,
  prefix: string = '',
): Promise<Readonly<Record<string, readonly [used: bigint, held: bigint]>>> {
  const counters = await store.counters(prefix);
  return Object.fromEntries(counters.map(({ counter, used, held }) => [counter, [used, held] as const]));
}

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
