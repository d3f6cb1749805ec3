import { catalog as shipped, type Catalog } from '@majordomo/catalog';
import { catalogDocument, refreshed } from '@majordomo/catalog/refresh';
import type { RecordStore } from '@majordomo/records';
import { deepEqual } from 'node:assert/strict';
import type { FeatureCase } from './feature-case.ts';

const TODAY = new Date().toISOString().slice(0, 10);

/** Opens a refreshed catalog whose source has the data of a vendor as of today, and counts its requests. */
async function open(records: RecordStore): Promise<{ readonly catalog: Catalog; readonly requests: number }> {
  let requests = 0;
  const load = async () => {
    requests++;
    return { data: { ...(await catalogDocument(shipped, ['cerebras'])), date: TODAY } };
  };
  const catalog = await refreshed({ from: { name: 'source', load }, vendors: ['cerebras'], records });
  catalog.close();
  return { catalog, requests };
}

/** Cases of refreshed catalogs. */
export const catalogCases: readonly FeatureCase[] = [
  {
    name: 'catalogs: use the data that another process has loaded, without a request',
    async run([mine, theirs]) {
      const [first, second] = [await open(mine), await open(theirs)];
      deepEqual([first.requests, second.requests], [1, 0]);
      deepEqual([first.catalog.date, second.catalog.date], [TODAY, TODAY]);
      deepEqual(await second.catalog.models('cerebras'), await first.catalog.models('cerebras'));
    },
  },
];
