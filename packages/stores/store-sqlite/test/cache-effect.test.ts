import type { SpendRecord } from '@majordomo/ledger';
import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';

const at = folder();
const TIME = Date.UTC(2026, 10, 1, 12, 30);

const record: SpendRecord = {
  id: 'a',
  at: new Date(TIME).toISOString(),
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
  usage: { input: 1, output: 2, cacheRead: undefined, cacheWrite: 40, reasoning: undefined },
  nanoUsd: '7',
  basis: 'catalogue',
  missing: [],
  catalog: '2026-11-01',
};

it('a report adds the tokens that were written to caches, and the effect of the caches', async () => {
  await using stores = sqliteStores(at('effect.db'));
  await stores.ledger.append(record);
  const effect = { cacheSavedNanoUsd: '9007199254740993', cacheExtraNanoUsd: '3' };
  await stores.ledger.append({ ...record, ...effect, id: 'c', call: 'c' });
  await stores.ledger.append({ ...record, ...effect, cacheSavedNanoUsd: '-2', id: 'd', call: 'd' });
  expect(await stores.ledger.report!({ by: [] })).toMatchObject([
    { attempts: 3, cacheWrite: 120, cacheSavedNanoUsd: 9007199254740991n, cacheExtraNanoUsd: 6n },
  ]);
});
