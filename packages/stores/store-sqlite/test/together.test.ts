import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';
import { recordOf } from './records.ts';

const at = folder();
const spent = (id: string, tenant: string, nanoUsd: string): SpendRecord => recordOf(id, { tenant, nanoUsd });

it('a record that cannot be stored does not move the money of one that is stored with it', async () => {
  await using stores = sqliteStores(at('together.db'));
  const { ledger } = stores;
  const results = await Promise.allSettled([
    ledger.append(spent('too large', 'red', '9'.repeat(30))),
    ledger.append(spent('good', 'red', '7')),
  ]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'fulfilled']);
  await ledger.append(spent('other', 'blue', '5'));
  // A report reads the sums of the hours between the first and the last record.
  for (const hour of ['11', '14'])
    await ledger.append({ ...spent(hour, 'green', '1'), at: `2026-11-01T${hour}:30:00.000Z` });
  const rows = (await ledger.report!({ by: ['tenant'] })).map(({ key, nanoUsd }) => [key['tenant'], nanoUsd]);
  expect(rows.toSorted()).toEqual([
    ['blue', 5n],
    ['green', 2n],
    ['red', 7n],
  ]);
});
