import { expect, it } from 'vitest';
import { recordOf } from '../../test/support/values.ts';
import type { SpendRecord } from '../contract/record.ts';
import type { ReportQuery } from '../contract/report.ts';
import { emptyRow, sumRecords } from './sum-records.ts';

const record = recordOf();
const usage = record.usage!;

async function* each(records: readonly SpendRecord[]): AsyncGenerator<SpendRecord> {
  await Promise.resolve();
  yield* records;
}

it('counts attempts without a count of tokens next to the sums, and no others', async () => {
  const records: readonly SpendRecord[] = [
    record,
    { ...record, usage: undefined },
    { ...record, usage: { ...usage, input: undefined } },
    { ...record, usage: { ...usage, output: undefined } },
    { ...record, operation: 'batch', basis: 'estimate' },
    { ...record, operation: 'booked', usage: undefined },
    {
      ...record,
      operation: 'image',
      usage: { ...usage, input: undefined, details: { units: { image: 1 } } },
    },
  ];
  expect(await sumRecords(each(records), { by: [] })).toMatchObject([
    { attempts: 7, input: 3, output: 8, unknownUsage: 4 },
  ]);
});

it('adds up the attempts of a row', async () => {
  const records: readonly SpendRecord[] = [
    {
      ...record,
      usage: { ...usage, cacheRead: 4, cacheWrite: 3 },
      cacheSavedNanoUsd: '9007199254740993',
      cacheExtraNanoUsd: '5',
    },
    { ...record, cacheSavedNanoUsd: '-1', cacheExtraNanoUsd: '2' },
    { ...record, outcome: 'failed', nanoUsd: undefined, basis: 'unknown', ms: 7 },
    { ...record, call: 'b', outcome: 'abandoned', nanoUsd: undefined, basis: 'included', ms: 6 },
  ];
  expect(await sumRecords(each(records), { by: [] })).toEqual([
    {
      key: {},
      calls: 2,
      attempts: 4,
      failed: 1,
      input: 4,
      output: 8,
      cacheRead: 4,
      cacheWrite: 3,
      nanoUsd: 14n,
      cacheSavedNanoUsd: 9007199254740992n,
      cacheExtraNanoUsd: 7n,
      unpriced: 1,
      unknownUsage: 0,
      p50Ms: 5,
      p95Ms: 7,
    },
  ]);
});

it.each([
  [[5], 5, 5],
  [[9, 1], 1, 9],
  [[3, 1, 2], 2, 3],
  [Array.from({ length: 100 }, (_, ms) => 100 - ms), 50, 95],
  [[2, 10, 1], 2, 10],
])('has the median and the 95th percentile of %j', async (durations, p50Ms, p95Ms) => {
  const records = durations.map((ms) => ({ ...record, ms }));
  expect(await sumRecords(each(records), { by: [] })).toMatchObject([{ p50Ms, p95Ms }]);
});

it.each<[ReportQuery, Readonly<Record<string, string>>]>([
  [{ by: ['hour'] }, { hour: '2026-11-20T12' }],
  [{ by: ['day'], zone: 'Pacific/Auckland' }, { day: '2026-11-21' }],
  [{ by: ['month'] }, { month: '2026-11' }],
  [{ by: ['provider', 'target'] }, { provider: 'acme', target: 'acme/x' }],
  [{ by: ['vendor', 'model', 'outcome'] }, { vendor: 'acme', model: 'x', outcome: 'finished' }],
  [{ by: ['tenant', 'name'] }, { tenant: '', name: '' }],
  [{ by: ['tag'], tag: 'team' }, { tag: 'blue' }],
  [{ by: ['tag'], tag: 'other' }, { tag: '' }],
  [{ by: ['tag'] }, { tag: '' }],
])('of %j has the key %j', async (query, key) => {
  const [row] = await sumRecords(each([{ ...record, tags: { team: 'blue' } }]), query);
  expect(row?.key).toEqual(key);
});

it('has a row for each combination of values', async () => {
  const records = ['t', 'u', 't'].map((tenant) => ({ ...record, tenant }));
  const rows = await sumRecords(each(records), { by: ['tenant', 'target'] });
  expect(rows.map(({ key, attempts }) => [key, attempts])).toEqual([
    [{ tenant: 't', target: 'acme/x' }, 2],
    [{ tenant: 'u', target: 'acme/x' }, 1],
  ]);
});

it('an empty row has zeros', () => {
  const { key, ...numbers } = emptyRow({ day: '2026-11-20' });
  expect([key, Object.values(numbers).every((value) => value === 0 || value === 0n)]).toEqual([
    { day: '2026-11-20' },
    true,
  ]);
});
