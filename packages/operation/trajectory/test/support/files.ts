import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { testFolder } from '@majordomo/test-support';

/** Temporary folder of a test. */
export interface Place {
  readonly folder: string;
  /** Returns the names of the files below it, by the part before the first dot. */
  kinds(): Promise<readonly string[]>;
  /** The lines of all files of a kind. */
  lines(kind: string): Promise<readonly string[]>;
  /** Permissions of all files and folders. */
  modes(): Promise<ReadonlySet<string>>;
}

export function place(): Place {
  const folder = join(testFolder(), 'runs');
  const files = async () =>
    (await readdir(folder, { recursive: true, withFileTypes: true })).map((entry) => ({
      kind: entry.isDirectory() ? 'folder' : (entry.name.split('.')[0] ?? ''),
      path: join(entry.parentPath, entry.name),
    }));
  return {
    folder,
    kinds: async () => (await files()).map(({ kind }) => kind).toSorted(),
    async lines(kind) {
      const found = (await files()).filter((file) => file.kind === kind);
      const texts = await Promise.all(found.map(({ path }) => readFile(path, 'utf8')));
      return texts.flatMap((text) => text.split('\n').slice(0, -1));
    },
    async modes() {
      const all = await Promise.all((await files()).map(async ({ path }) => (await stat(path)).mode & 0o777));
      return new Set(all.map((mode) => mode.toString(8)));
    },
  };
}
