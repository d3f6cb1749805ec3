import { existsSync, readFileSync } from 'node:fs';
import type { Catalog } from '@majordomo/catalog';
import type { RecordStore } from '@majordomo/records';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { stateFile, writeState } from '../files/state-file.ts';

type Place = Pick<Io, 'home' | 'env' | 'stderr'>;

/** Returns the path of the file that `majordomo catalog update` writes. */
export const catalogFile = (io: Pick<Io, 'home' | 'env'>): string => stateFile('catalog.json', io);

/** Returns the path of the file with the models whose prices the last `majordomo catalog update` rejected. */
export const rejectedFile = (io: Pick<Io, 'home' | 'env'>): string => stateFile('catalog-rejected.json', io);

/** Returns the shipped snapshot with the newer data of `majordomo catalog update`. Reports a damaged file and ignores it. */
export async function currentCatalog(io: Place): Promise<Catalog> {
  const { refreshed } = await import('@majordomo/catalog/refresh');
  const file = catalogFile(io);
  return refreshed({
    // `undefined` means that the source has no newer data, so only the file is read.
    from: { name: file, load: () => Promise.resolve(undefined) },
    records: await catalogRecords(file),
    // 0 disables the checks of the source.
    everyMs: 0,
    onEvent(event) {
      if (event.type === 'failed') io.stderr.write(`${printable(event.error.message)}\n`);
    },
  });
}

// Space and key of the record in which `refreshed` stores its catalog.
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
