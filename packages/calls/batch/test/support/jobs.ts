import { readAll, testFolder } from '@majordomo/test-support';
import { catalog, type Catalog } from '@majordomo/catalog';
import { createMajordomo, LlmError, user, type Gate, type MajordomoOptions } from '@majordomo/core';
import {
  createLedger,
  memoryStore,
  type Ledger,
  type LedgerStore,
  type Limit,
  type SpendRecord,
} from '@majordomo/ledger';
import { memoryRecords, type RecordStore, type StoredRecord } from '@majordomo/records';
import { fakeClock, type FakeClock } from '@majordomo/testing';
import {
  createBatches,
  type BatchEvent,
  type BatchesOptions,
  type BatchItem,
  type BatchJob,
  type ItemResult,
  type JobRequest,
} from '../../src/index.ts';
import { Vendor, type VendorOptions } from './vendor.ts';

export const START: number = Date.parse('2026-11-22T12:00:00Z');
export const HOUR_MS = 3_600_000;

/** Prices of all vendors: 2 and 4 USD per million tokens in batches, 4 and 8 USD for live calls. */
export const prices: Catalog = catalog.with(
  ['a', 'b', 'c'].map((vendor) => ({
    vendor,
    id: 'm',
    prices: [
      {
        from: '2026-01-01',
        rates: { input: 4_000_000, output: 8_000_000 },
        tiers: { batch: { input: 2_000_000, output: 4_000_000 } },
        sources: ['test'],
        trust: 'override' as const,
      },
    ],
  })),
);
/** Cost of one answer in a batch, with 10 input and 5 output tokens. */
export const BATCH_NANO = 40_000n;
export const LIVE_NANO = 80_000n;

export interface World {
  readonly clock: FakeClock;
  readonly a: Vendor;
  readonly b: Vendor;
  readonly events: BatchEvent[];
  readonly gateCalls: string[];
  readonly folder: string;
  readonly options: BatchesOptions & { readonly records: RecordStore };
  readonly batches: ReturnType<typeof createBatches>;
  /** Submits a job with one item for each text: with the key `j` and the spec `a/m`, unless `request` states others. */
  submit(texts: readonly string[], request?: Partial<JobRequest>): Promise<BatchJob>;
}

export function world(
  changes: Partial<Omit<BatchesOptions, 'records'>> = {},
  {
    vendor,
    majordomo: more,
  }: { readonly vendor?: Partial<VendorOptions>; readonly majordomo?: Partial<MajordomoOptions> } = {},
): World {
  const clock = fakeClock(START);
  const a = new Vendor('a', { clock, ...vendor });
  const b = new Vendor('b', { clock, ...vendor });
  const gateCalls: string[] = [];
  const gate: Gate = {
    name: 'counter',
    admit({ target }) {
      gateCalls.push(target);
      return undefined;
    },
  };
  const majordomo = createMajordomo({
    providers: [a.provider, b.provider],
    gates: [gate],
    clock,
    chain: { attempts: 1 },
    ...more,
  });
  const events: BatchEvent[] = [];
  const folder = testFolder();
  const options = {
    majordomo,
    records: memoryRecords({ clock }),
    catalog: prices,
    clock,
    folder,
    onEvent: (event: BatchEvent) => events.push(event),
    ...changes,
  };
  const batches = createBatches(options);
  const submit: World['submit'] = (texts, request) =>
    batches.submit({ key: 'j', spec: 'a/m', items: items(...texts), ...request });
  return { clock, a, b, events, gateCalls, folder, options, batches, submit };
}

/** Returns all records of the store. */
export const recordsOf = ({ records }: World['options']): Promise<readonly StoredRecord[]> =>
  records.list('batches', { limit: 1000 });

export const items = (...texts: readonly string[]): readonly BatchItem[] =>
  texts.map((text) => ({ id: text, request: { messages: [user(text)] } }));

export async function resultsOf<T>(
  job: BatchJob,
  options?: Parameters<BatchJob['results']>[0],
): Promise<readonly ItemResult<T>[]> {
  const collected: ItemResult<T>[] = [];
  for await (const result of job.results(options)) collected.push(result as ItemResult<T>);
  return collected;
}

/** Returns each result as `id: text` or `id: error kind`. */
export const summariesOf = async (job: BatchJob): Promise<readonly string[]> =>
  (await resultsOf(job)).map(({ id, response, error }) =>
    response === undefined
      ? `${id}: ${String(error?.kind)}`
      : `${id}: ${'text' in response ? response.text : 'vectors'}`,
  );

export interface LedgerFixture {
  readonly ledger: Ledger;
  readonly records: () => Promise<readonly SpendRecord[]>;
  readonly state: () => Promise<{ readonly used: bigint | undefined; readonly held: bigint | undefined }>;
  readonly store: LedgerStore;
}

/** Creates a ledger, by default with one limit of money. */
export function ledgerFixture(
  clock: FakeClock,
  limits: readonly Limit[] = [{ name: 'money', max: { usd: '1000' }, per: 'ever' }],
): LedgerFixture {
  const store = memoryStore({ clock });
  const ledger = createLedger({ store, clock, limits, catalog: prices });
  const records = async (): Promise<readonly SpendRecord[]> => {
    return readAll(ledger.records());
  };
  const state = async () => {
    const [first] = await ledger.state('money');
    return { used: first?.used, held: first?.held };
  };
  return { ledger, records, state, store };
}

export const failure = (kind: ConstructorParameters<typeof LlmError>[0], status?: number): LlmError =>
  new LlmError(kind, `failed: ${kind}`, { status });
