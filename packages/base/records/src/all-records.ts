import { MAX_RECORDS } from './checks.ts';
import type { RecordQuery, RecordStore, StoredRecord } from './contract.ts';

/**
 * Yields the records of a list, in pages of the store. Not for the order `due`, which has no pages.
 *
 * @param limit maximum number of records. `@default` all records
 */
export async function* allRecords(
  records: RecordStore,
  space: string,
  query: Omit<RecordQuery, 'after' | 'limit'>,
  limit: number = Infinity,
): AsyncGenerator<StoredRecord> {
  let after: StoredRecord | undefined;
  for (let left = limit; left > 0; left -= MAX_RECORDS) {
    const most = Math.min(MAX_RECORDS, left);
    const page = await records.list(space, { ...query, after, limit: most });
    yield* page;
    if (page.length < most) return;
    after = page.at(-1);
  }
}
