import { createMajordomo, type LlmError } from '@majordomo/core';
import { createLedger, memoryStore, type LedgerStore } from '@majordomo/ledger';
import { memoryRecords } from '@majordomo/records';
import { Crash, FakeProcess, testFolder } from '@majordomo/test-support';
import { fakeClock, seededRandom } from '@majordomo/testing';
import { expect, it } from 'vitest';
import { createBatches, type BatchJob } from '../src/index.ts';
import { items, prices, resultsOf, START } from './support/jobs.ts';
import { answer, refusal, Vendor, type Result } from './support/vendor.ts';

const RESULTS: readonly Result[] = [
  answer('yes'),
  answer('yes'),
  answer('yes'),
  refusal(503),
  refusal(429),
  refusal(400),
  'expired',
  'missing',
  'twice',
];

async function run(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const pick = (count: number): number => Math.floor(random() * count);
  const clock = fakeClock(START);
  const vendors = ['a', 'b', 'c']
    .slice(0, 2 + pick(2))
    .map((id) => new Vendor(id, { clock, isNameless: random() < 0.3, hasBatches: random() < 0.95 }));
  const results = new Map<string, Result>();
  for (const vendor of vendors)
    vendor.result = (text) => {
      const key = `${vendor.id} ${text}`;
      const result = results.get(key) ?? RESULTS[pick(RESULTS.length)] ?? 'expired';
      results.set(key, result);
      // A vendor without batch names returns a line for each request, because only the ids in the lines identify the batch.
      return result === 'missing' && vendor.isNameless ? 'expired' : result;
    };
  const records = memoryRecords({ clock });
  const money = memoryStore({ clock });
  const folder = testFolder();
  const majordomo = createMajordomo({
    providers: vendors.map(({ provider }) => provider),
    clock,
    chain: { attempts: 1 },
  });
  const limits = [{ name: 'money', max: { usd: '1000' }, per: 'ever' }] as const;
  const most = { requests: 1 + pick(6) };
  const open = (process: FakeProcess, ledgerStore: LedgerStore) => {
    for (const vendor of vendors) vendor.fault = () => process.step();
    const ledger = createLedger({
      store: ledgerStore,
      clock,
      limits,
      catalog: prices,
      storeTimeoutMs: 60_000,
    });
    return createBatches({
      majordomo,
      records: process.wrap(records),
      ledger,
      clock,
      folder,
      most,
      catalog: prices,
    });
  };
  const texts = Array.from({ length: 1 + pick(20) }, (_, index) => `item ${index}`);
  const spec = vendors.map(({ id }) => `${id}/m`).join();
  await open(new FakeProcess(Infinity), money).submit({ key: 'j', spec, items: items(...texts) });
  for (let crashes = 2 + pick(4); crashes > 0; crashes--) {
    const process = new FakeProcess(pick(60));
    await pollUntilDeath(open(process, process.wrap(money)), process, vendors);
    await clock.advance(31_000 + pick(2) * 121_000);
  }
  const last = await open(new FakeProcess(Infinity), money).open('j');
  for (let polls = 0; polls < 60 && (await last.poll()).state !== 'done'; polls++) {
    await clock.advance(60_000);
    for (const vendor of vendors) vendor.end();
  }
  await check(last, texts, vendors, createLedger({ store: money, clock, limits }));
}

async function pollUntilDeath(
  batches: ReturnType<typeof createBatches>,
  process: FakeProcess,
  vendors: readonly Vendor[],
): Promise<void> {
  try {
    const job = await batches.open('j');
    for (let polls = 0; polls < 6; polls++) {
      await job.poll();
      for (const vendor of vendors) vendor.end();
    }
  } catch (error) {
    // The reservation is denied if the store of the ledger is dead.
    if (!(error instanceof Crash) && !process.isDead && (error as LlmError).kind !== 'denied') throw error;
  }
}

async function check(
  job: BatchJob,
  texts: readonly string[],
  vendors: readonly Vendor[],
  ledger: ReturnType<typeof createLedger>,
): Promise<void> {
  const progress = await job.progress();
  expect(progress).toMatchObject({ state: 'done', waiting: 0, sent: 0, total: texts.length });
  expect(progress.answered + progress.failed).toBe(texts.length);
  const results = await resultsOf(job);
  expect(results.map(({ id }) => id)).toEqual(texts);
  for (const { response, error } of results)
    expect((response === undefined) !== (error === undefined)).toBe(true);
  for (const { batches, files } of vendors) {
    const sent = batches.flatMap(({ lines }) => lines.map(({ body }) => body['text']));
    expect(new Set(sent).size).toBe(sent.length);
    expect(files.size).toBe(0);
  }
  const [state] = await ledger.state('money');
  const sum = results.reduce((all, { nanoUsd = 0n }) => all + nanoUsd, 0n);
  const { used = 0n, held = 0n } = state ?? {};
  expect(held).toBe(0n);
  // The cost of an item without a line is unknown, so its batch costs its reservation.
  if (progress.nanoUsd === undefined) expect(used).toBeGreaterThan(sum);
  else expect([used, progress.nanoUsd]).toEqual([sum, sum]);
}

/** Groups of ten seeds. With SOAK=1, as in the nightly run, 30. */
const GROUPS = process.env['SOAK'] === undefined ? 2 : 30;

it.each(Array.from({ length: GROUPS }, (_, group) => group))(
  'ends every item exactly once with random failures and crashes (seeds %#0 to %#9)',
  { timeout: 120_000 },
  async (group) => {
    for (let seed = group * 10; seed < group * 10 + 10; seed++)
      await run(seed).catch((cause: unknown) => {
        throw new Error(`seed ${seed}: ${String(cause)}`, { cause });
      });
  },
);
