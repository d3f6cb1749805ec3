import type { Catalog } from '@majordomo/catalog';
import type { Io } from '../program/io.ts';
import { printable } from '../terminal/paint.ts';
import { stateFile } from '../files/state-file.ts';
import { catalogRecords } from './catalog-records.ts';

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
    from: { name: file, load: () => Promise.resolve(undefined) },
    records: await catalogRecords(file),
    everyMs: 0,
    onEvent(event) {
      if (event.type === 'failed') io.stderr.write(`${printable(event.error.message)}\n`);
    },
  });
}
