import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogStore, StoredCatalog } from '../refresh/contract.ts';

/** Writes of this process, in their order: two stores of one path use the same temporary file. */
let lastWrite: Promise<unknown> = Promise.resolve();

/**
 * Returns a store in a JSON file of mode 0600. A write goes to a file next to it and renames it, so a crash leaves the
 * previous value. A missing folder is created.
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
