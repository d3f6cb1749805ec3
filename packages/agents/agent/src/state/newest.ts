import { allRecords, type RecordStore, type StoredRecord } from '@majordomo/records';

/** Returns the newest records with a label. */
export async function newest(
  records: RecordStore,
  space: string,
  query: { readonly label: string; readonly values: boolean },
  limit: number,
): Promise<readonly StoredRecord[]> {
  const found: StoredRecord[] = [];
  for await (const record of allRecords(records, space, { ...query, order: 'newest' }, limit))
    found.push(record);
  return found;
}
