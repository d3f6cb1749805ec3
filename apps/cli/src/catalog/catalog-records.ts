import type { RecordStore } from '@majordomo/records';
import { existsSync, readFileSync } from 'node:fs';
import { writeState } from '../files/state-file.ts';

const SPACE = 'catalogs';
const KEY = 'newest';

/** Returns a store in memory with the refreshed catalog of a file, for `refreshed`. */
export async function catalogRecords(file: string): Promise<RecordStore> {
  const { memoryRecords } = await import('@majordomo/records');
  const records = memoryRecords();
  if (existsSync(file))
    await records.write(SPACE, [{ type: 'put', key: KEY, value: readFileSync(file, 'utf8') }]);
  return records;
}

/** Writes the refreshed catalog of a store to a file, without the ETag, because `accept` may change the result for the same data. */
export async function saveCatalog(file: string, records: RecordStore): Promise<void> {
  const record = await records.get(SPACE, KEY);
  if (record === undefined) return;
  const { format, data } = JSON.parse(record.value) as { readonly format: number; readonly data: object };
  writeState(file, { format, data: { ...data, etag: undefined } });
}
