import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Creates a temporary folder for a test. */
export interface Place extends AsyncDisposable {
  readonly folder: string;
  /** Returns the names of the files below it, by the part before the first dot. */
  kinds(): Promise<readonly string[]>;
  /** The lines of all files of a kind. */
  lines(kind: string): Promise<readonly string[]>;
  /** Permissions of all files and folders. */
  modes(): Promise<ReadonlySet<string>>;
}

export async function place(): Promise<Place> {
  const root = await mkdtemp(join(tmpdir(), 'trajectory-'));
  const folder = join(root, 'runs');
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
    async [Symbol.asyncDispose]() {
      await rm(root, { recursive: true });
    },
  };
}
