import { describeWith, startMiniflare, type Miniflare } from '@majordomo/services';
import { featureCases, searchCases, type Pair } from '@majordomo/services/features';
import { cloudflareStores, type LedgerStore, type RecordStore } from '@majordomo/store-cloudflare';
import {
  ledgerStoreConformance,
  ledgerWindowConformance,
  recordStoreConformance,
  startWireServer,
  workersaiRun,
  type WireServer,
} from '@majordomo/conformance';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ALL_PASSED, hundredCalls } from '../../src/ledger/hundred-calls.ts';
import { bundled } from '../../src/workers/bundled.ts';

/**
 * Whether the case writes thousands of records, each with a request to the local runtime. Such cases run with SOAK=1, as in the
 * nightly run.
 */
const isOnlyInSoak = (name: string): boolean =>
  process.env['SOAK'] === undefined && /thousand|reports the sums of its records/.test(name);

async function countOf(ledger: LedgerStore): Promise<number> {
  let count = 0;
  for await (const { id } of ledger.records({})) count += id === '' ? 0 : 1;
  return count;
}

/** Namespace of Durable Objects. Its objects are called through the Worker. */
interface Namespace {
  idFromName(name: string): object;
  get(id: object): object;
}

describeWith('miniflare', 'stores of Cloudflare', () => {
  let runtime: Miniflare;
  let vendor: WireServer;
  let objects: Namespace;
  let url: URL;
  let namespaces = 0;
  beforeAll(async () => {
    vendor = await startWireServer({ wire: workersaiRun, script: () => 'Hello.' });
    const script = await bundled('kernel');
    runtime = await startMiniflare({
      script,
      objects: { LEDGER: 'LedgerObject', RECORDS: 'RecordsObject' },
    });
    url = await runtime.ready;
    objects = namespaceOf('LEDGER');
  }, 60_000);

  const namespaceOf = (binding: string): Namespace => ({
    idFromName: (name) => ({ class: binding, object: name }),
    get: (id) => ({
      fetch: (_url: string, init: RequestInit) =>
        fetch(new URL(`?${String(new URLSearchParams({ ...id }))}`, url), init),
    }),
  });
  afterAll(async () => {
    await runtime.dispose();
    await vendor.close();
  });

  /** Returns a namespace whose object names no other test uses. */
  const separateNamespace = (binding = 'LEDGER'): Namespace => {
    const prefix = namespaces++;
    const namespace = namespaceOf(binding);
    return { ...namespace, idFromName: (name) => namespace.idFromName(`${prefix} ${name}`) };
  };
  const createRecords = (): Pair => {
    const records = separateNamespace('RECORDS');
    const open = (): RecordStore => cloudflareStores({ ledger: objects, records }).records!;
    return [open(), open()];
  };
  const createStore = (): LedgerStore => cloudflareStores({ ledger: separateNamespace() }).ledger;
  const fetchWorker = async (
    query: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }> => {
    const response = await fetch(
      new URL(`?${String(new URLSearchParams({ vendor: vendor.baseURL, ...query }))}`, url),
    );
    return { status: response.status, body: await response.json() };
  };

  describe('books in a Durable Object', () => {
    for (const { name, run } of [...ledgerStoreConformance, ...ledgerWindowConformance])
      it.skipIf(isOnlyInSoak(name))(name, () => run(async () => createStore()), 120_000);

    it('admits 100 parallel calls that reserve more than a budget and use less', async () => {
      const ledger = separateNamespace();
      const stores = [1, 2].map(() => cloudflareStores({ ledger }).ledger);
      expect(await hundredCalls(stores)).toEqual(ALL_PASSED);
    }, 60_000);

    it('returns more than one page of records in order', async () => {
      const store = createStore();
      const record = {
        call: 'c',
        operation: 'chat',
        target: 'a/x',
        vendor: undefined,
        model: undefined,
        name: undefined,
        tenant: undefined,
        tags: { used: 'a' },
        outcome: 'ok',
        ms: 1,
        usage: undefined,
        nanoUsd: '1',
        basis: 'unknown',
        missing: [],
        catalog: '',
      };
      const begin = Date.now() - 3_600_000;
      // A page has 500 records. Its last record has the time of the next one.
      const at = (n: number): string => new Date(begin + ((n + 1) >> 1)).toISOString();
      for (let n = 0; n < 503; n++) await store.append({ ...record, id: `${n}`, at: at(n) } as never);
      const ids: string[] = [];
      for await (const { id, tags } of store.records({})) ids.push(`${id}${tags['used']}`);
      expect(ids).toEqual(Array.from({ length: 503 }, (_, n) => `${n}a`));
    }, 60_000);
  });

  it('deletes expired records when new ones arrive', async () => {
    const { ledger } = cloudflareStores({ ledger: separateNamespace(), keepRecordsMs: 86_400_000 });
    const record = (id: string, daysAgo: number) => ({
      id,
      at: new Date(Date.now() - daysAgo * 86_400_000).toISOString(),
      call: 'c',
      target: 'a/x',
      tags: {},
    });
    for (const [id, days] of [
      ['old', 2],
      ['older', 3],
      ['new', 0.5],
    ] as const)
      await ledger.append(record(id, days) as never);
    expect(await countOf(ledger)).toBe(1);
  });

  describe('records in Durable Objects', () => {
    for (const { name, run } of recordStoreConformance)
      it(name, () => run(async () => createRecords()), 120_000);
    for (const { name, run } of [...featureCases, ...searchCases])
      it(name, () => run(createRecords()), 120_000);
  });

  describe('a Worker', () => {
    it('admits ten of a hundred parallel calls under a limit of ten, and books each of them once', async () => {
      const before = vendor.requests.length;
      const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => fetchWorker({ ask: `${n}` })));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
      expect(answers.find(({ status }) => status !== 200)?.body).toMatchObject({ kind: 'denied' });
      expect(vendor.requests.length - before).toBe(10);
      const { ledger } = cloudflareStores({ ledger: objects });
      // Promises of `waitUntil` are settled after the responses.
      await expect.poll(() => countOf(ledger)).toBe(10);
      await expect.poll(() => ledger.counters('')).toMatchObject([{ used: 10n, held: 0n }]);
    }, 60_000);

    it('gives each tenant a separate object and limit', async () => {
      const tenants = ['acme', 'bolt', 'cord'];
      const answers = await Promise.all(
        Array.from({ length: 60 }, (_, n) => fetchWorker({ shard: 'tenant', tenant: tenants[n % 3]! })),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(30);
    }, 60_000);

    it('answers a repeated request from the records', async () => {
      const query = { cached: '', shard: 'tenant', tenant: 'dart', ask: 'once' };
      expect((await fetchWorker(query)).body).toEqual({ text: 'Hello.', warnings: 0 });
      await expect.poll(async () => (await fetchWorker(query)).body).toEqual({ text: 'Hello.', warnings: 1 });
    });
  });

  it('rejects limits over all tenants if each tenant has an object', async () => {
    const { ledger } = cloudflareStores({ ledger: separateNamespace(), shard: 'tenant' });
    const claim = { counter: 'a', max: 1n, amount: 1n, resetsInMs: undefined, whenLapsed: 'spent' } as const;
    for (const claims of [
      [claim],
      [
        { ...claim, tenant: 'a' },
        { ...claim, tenant: 'b' },
      ],
      [],
    ])
      await expect(ledger.reserve('1', claims, 1000)).rejects.toMatchObject({ kind: 'config' });
    await expect(ledger.counters('')).rejects.toMatchObject({ kind: 'config' });
    expect(await ledger.settle('unknown', [])).toBe(false);
    // Alerts of one tenant are available.
    expect(await ledger.reserve('2', [{ ...claim, tenant: 'a' }], 1000)).toBeUndefined();
    expect(await ledger.counters('a')).toMatchObject([{ counter: 'a', held: 1n }]);
  });
});

it('rejects an invalid binding before any request', () => {
  expect(() => cloudflareStores({ ledger: {} })).toThrow(expect.objectContaining({ kind: 'config' }));
  const namespace = { idFromName: () => ({}), get: () => ({}) };
  expect(() => cloudflareStores({ ledger: namespace, keepRecordsMs: 1 })).toThrow('keepRecordsMs must be');
});
