import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogStore, StoredCatalog } from '../refresh/contract.ts';

/** Latest write of this process. Writes run one after the other, because stores with the same path share a temporary file. */
let lastWrite: Promise<unknown> = Promise.resolve();

/**
 * Returns a store that uses a JSON file with mode 0600. Writes to a temporary file and renames it, so that the previous value
 * remains after a crash. Creates the folder if it does not exist.
 *
 * @example
 * const store = fileStore('.cache/catalog.json');
 */
export function fileStore(path: string): CatalogStore {
  const replaceFile = async (value: StoredCatalog): Promise<void> => {
    const temporary = `${path}.${process.pid}.tmp`;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(temporary, `${JSON.stringify(value)}\n`, { mode: 0o600 });
    await rename(temporary, path);
  };
  return {
    async read() {
      const text = await readFile(path, 'utf8').catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      });
      return text === undefined ? undefined : (JSON.parse(text) as StoredCatalog);
    },
    write(value) {
      const written = lastWrite.then(() => replaceFile(value));
      lastWrite = written.catch(() => undefined);
      return written;
    },
  };
}
