import type { RecordStore, StoredRecord } from '@majordomo/records';

/** Maximum number of records that a store reads or writes at once. */
export const MAX_RECORDS = 1000;

/** Returns the newest records with a label, in pages of the store. */
export async function newest(
  records: RecordStore,
  space: string,
  query: { readonly label: string; readonly values: boolean },
  limit: number,
): Promise<readonly StoredRecord[]> {
  const found: StoredRecord[] = [];
  while (found.length < limit) {
    const page = Math.min(MAX_RECORDS, limit - found.length);
    const more = await records.list(space, { ...query, order: 'newest', after: found.at(-1), limit: page });
    found.push(...more);
    if (more.length < page) break;
  }
  return found;
}
