import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
const TIME = Date.UTC(2026, 10, 1, 12, 30);

const countedRecord: SpendRecord = {
  id: 'counted',
  at: new Date(TIME).toISOString(),
  call: 'counted',
  operation: 'chat',
  target: 'acme/x',
  vendor: 'acme',
  model: 'x',
  name: undefined,
  tenant: undefined,
  tags: {},
  outcome: 'finished',
  ms: 5,
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: undefined, reasoning: undefined },
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
};
const records: readonly SpendRecord[] = [
  countedRecord,
  { ...countedRecord, id: 'no usage', call: 'no usage', usage: undefined },
  {
    ...countedRecord,
    id: 'no output',
    call: 'no output',
    usage: { ...countedRecord.usage!, output: undefined },
  },
  { ...countedRecord, id: 'booked', call: 'booked', operation: 'booked', usage: undefined },
  {
    ...countedRecord,
    id: 'image',
    call: 'image',
    operation: 'image',
    usage: { ...countedRecord.usage!, input: undefined, details: { units: { image: 1 } } },
  },
];

it('a report counts attempts without a count of tokens, whose tokens its sums omit', async () => {
  await using stores = sqliteStores(at('usage.db'));
  for (const record of records) await stores.ledger.append(record);
  const expected = { attempts: 5, input: 2, output: 4, unknownUsage: 2 };
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([expected]);
  const range = { from: new Date(TIME), to: new Date(TIME + 1) };
  expect(await stores.ledger.report!({ by: [], ...range })).toMatchObject([expected]);
});
