import type { Usage } from '@majordomo/core';
import { expect, it } from 'vitest';
import type { SpendRecord } from '../contract/record.ts';
import { sumRecords } from './sum-records.ts';

const usage: Usage = {
  input: 1,
  output: 2,
  cacheRead: undefined,
  cacheWrite: undefined,
  reasoning: undefined,
};
const record: SpendRecord = {
  id: 'a',
  at: '2026-11-20T12:00:00.000Z',
  call: 'a',
  operation: 'chat',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 5,
  usage,
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
};

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
    { ...record, operation: 'booked', usage: undefined },
    {
      ...record,
      operation: 'image',
      usage: { ...usage, input: undefined, details: { units: { image: 1 } } },
    },
  ];
  expect(await sumRecords(each(records), { by: [] })).toMatchObject([
    { attempts: 6, input: 2, output: 6, unknownUsage: 3 },
  ]);
});
