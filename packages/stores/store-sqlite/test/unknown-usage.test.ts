import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';
import { recordOf, TIME, USAGE } from './records.ts';

const at = folder();
const records: readonly SpendRecord[] = [
  recordOf('counted'),
  recordOf('no usage', { usage: undefined }),
  recordOf('no output', { usage: { ...USAGE, output: undefined } }),
  recordOf('partly counted', { operation: 'batch', basis: 'estimate' }),
  recordOf('booked', { operation: 'booked', usage: undefined }),
  recordOf('image', {
    operation: 'image',
    usage: { ...USAGE, input: undefined, details: { units: { image: 1 } } },
  }),
];

it('a report counts attempts without a count of tokens, whose tokens its sums omit', async () => {
  await using stores = sqliteStores(at('usage.db'));
  for (const record of records) await stores.ledger.append(record);
  const expected = { attempts: 6, input: 3, output: 6, unknownUsage: 3 };
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([expected]);
  const range = { from: new Date(TIME), to: new Date(TIME + 1) };
  expect(await stores.ledger.report!({ by: [], ...range })).toMatchObject([expected]);
});
