import { catalog, type Catalog } from '@majordomo/catalog';
import { createMajordomo, user, type CallOptions, type Majordomo } from '@majordomo/core';
import { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
import {
  createLedger,
  memoryStore,
  type Alert,
  type Ledger,
  type LedgerOptions,
  type LedgerStore,
  type SpendRecord,
} from '../../src/index.ts';
import { fakeClock, fakeProvider, type FakeClock, type FakeOptions, type Turn } from '@majordomo/testing';

/** Catalogue with a model that costs one micro-USD per input token and ten per output token. */
export const PRICED: Catalog = catalog.with([
  {
    vendor: 'acme',
    id: 'x',
    maxOutputTokens: 1000,
    contextTokens: 10_000,
    input: ['text'],
    output: ['text'],
    prices: [
      {
        from: '2020-01-01',
        rates: { input: 1_000_000, output: 10_000_000 },
        sources: ['contract'],
        trust: 'override',
      },
    ],
  },
]);

/** Turn with a text and its usage. */
export const reply = (input: number, output: number, text = 'yes'): Turn => ({
  text,
  usage: { ...UNKNOWN_USAGE, input, output },
});

export interface LedgerFixture {
  readonly clock: FakeClock;
  readonly ledger: Ledger;
  readonly majordomo: Majordomo;
  readonly alerts: Alert[];
  readonly records: SpendRecord[];
  /** Makes one call and returns its text. */
  callModel(options?: CallOptions & { readonly maxTokens?: number; readonly spec?: string }): Promise<string>;
}

/** A Friday at noon. */
export const NOON: number = Date.UTC(2026, 10, 20, 12);

/** Creates a ledger for the fake model `acme/x`, which plays these turns. */
export function ledgerFixture(
  turns: readonly Turn[],
  options: LedgerOptions = {},
  fake: Partial<FakeOptions> = {},
  clock: FakeClock = fakeClock(NOON),
): LedgerFixture {
  const alerts: Alert[] = [];
  const records: SpendRecord[] = [];
  const ledger = createLedger({
    catalog: PRICED,
    clock,
    onAlert: (alert) => alerts.push(alert),
    onRecord: (record) => records.push(record),
    ...options,
  });
  const provider = fakeProvider({ id: 'acme', vendor: 'acme', models: { x: turns }, clock, ...fake });
  const majordomo = createMajordomo({ providers: [provider], gates: [ledger.gate], clock, random: () => 0 });
  return {
    clock,
    ledger,
    majordomo,
    alerts,
    records,
    async callModel({ maxTokens = 100, spec = 'acme/x', ...call } = {}) {
      const { text } = await majordomo.model(spec).generate({ messages: [user('hi')], maxTokens }, call);
      await ledger.flush();
      return text;
    },
  };
}

/** Creates a store in memory that lists its calls as `method id`, and the lease and the first amount of each reservation. */
export function recordingStore(clock: FakeClock): {
  readonly store: LedgerStore;
  readonly calls: string[];
  readonly leases: number[];
  readonly reservedAmounts: bigint[];
} {
  const memory = memoryStore({ clock });
  const calls: string[] = [];
  const leases: number[] = [];
  const reservedAmounts: bigint[] = [];
  const store: LedgerStore = {
    ...memory,
    reserve(id, claims, leaseMs) {
      calls.push(`reserve ${id}`);
      leases.push(leaseMs);
      reservedAmounts.push(claims[0]?.amount ?? 0n);
      return memory.reserve(id, claims, leaseMs);
    },
    settle(id, used) {
      calls.push(`settle ${id}`);
      return memory.settle(id, used);
    },
    append(record) {
      calls.push(`append ${record.id}`);
      return memory.append(record);
    },
    records(query) {
      calls.push(`records ${query.call}`);
      return memory.records(query);
    },
  };
  return { store, calls, leases, reservedAmounts };
}
