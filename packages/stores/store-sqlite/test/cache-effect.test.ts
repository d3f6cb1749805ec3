import { expect, it } from 'vitest';
import { sqliteStores } from '../src/index.ts';
import { folder } from './folder.ts';
import { recordOf, USAGE } from './records.ts';

const at = folder();
const record = recordOf('a', { usage: { ...USAGE, cacheWrite: 40 } });

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
