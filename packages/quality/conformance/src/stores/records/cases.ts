import type { StoreCase } from '../store-case.ts';
import { LISTS } from './lists.ts';
import type { RecordStores } from './support.ts';
import { WRITES } from './writes.ts';

/** Cases that every store of records must pass, for any test runner. */
export const recordStoreConformance: readonly StoreCase<RecordStores>[] = [...WRITES, ...LISTS];
