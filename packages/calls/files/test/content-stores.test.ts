import { fileStoreConformance, type TestedFile, type TestedFileStore } from '@majordomo/conformance';
import { memoryFiles, type FileContentStore, type StoredFile } from '@majordomo/files';
import { folderFiles } from '@majordomo/files/node';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'majordomo-files-'));
afterAll(() => {
  rmSync(root, { recursive: true });
});

const ID = 'file-1';
const about = (size: number): StoredFile => ({
  id: ID,
  name: '../../etc/passwd',
  mediaType: 'text/plain',
  size,
  purpose: 'user_data',
  createdAt: 1,
  expiresAt: 4_000_000_000_000,
});

const END = 4_000_000_000_000;
const store = (files: FileContentStore, owner: string, text: string, expiresAt = END): Promise<void> =>
  files.put(owner, ID, new Blob([text]).stream(), () =>
    Promise.resolve({ ...about(text.length), expiresAt }),
  );

async function textOf(files: FileContentStore, owner: string): Promise<string | undefined> {
  const content = await files.read(owner, ID);
  return content && new Response(content).text();
}

it('is tested with the same types', () => {
  expectTypeOf<TestedFile>().toEqualTypeOf<StoredFile>();
  expectTypeOf<TestedFileStore>().toEqualTypeOf<FileContentStore>();
});

let folders = 0;

describe('memoryFiles', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const files = memoryFiles();
        return [files, files];
      }),
    );

  it('removes expired files of owners that never return', async () => {
    const files = memoryFiles();
    await store(files, 'a', 'one', Date.now());
    await store(files, 'b', 'two');
    expect(await files.list('a')).toEqual([]);
  });
});

describe('folderFiles', () => {
  for (const { name, run } of fileStoreConformance)
    it(name, () =>
      run(async () => {
        const folder = join(root, `store ${folders++}`);
        return [folderFiles(folder), folderFiles(folder)];
      }),
    );

  const entries = (folder: string): readonly string[] =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  it.skipIf(process.platform === 'win32')('creates files that only its user can read', async () => {
    const folder = join(root, 'modes');
    await store(folderFiles(folder), 'a', 'one');
    const modes = entries(folder).map((path) => statSync(path).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600]);
  });

  it('shares its folder with other processes, and uses no name of a client', async () => {
    const folder = join(root, 'shared');
    await store(folderFiles(folder), '../a', 'one');
    expect(await textOf(folderFiles(folder), '../a')).toBe('one');
    expect(entries(folder).every((path) => path.startsWith(folder))).toBe(true);
  });

  it('removes the content of files that were deleted ten minutes ago, and of unfinished uploads', async () => {
    const folder = join(root, 'sweep');
    const files = folderFiles(folder);
    await store(files, 'a', 'one');
    await files.delete('a', ID);
    expect(entries(folder)).toHaveLength(2);
    // The process was killed while it wrote one file, and before it completed another.
    const [deleted = ''] = entries(folder);
    for (const name of ['2.part', '2.json.part', '3']) writeFileSync(join(deleted, `../file-${name}`), '');
    const before = new Date(Date.now() - 86_400_000);
    for (const path of entries(folder)) utimesSync(path, before, before);
    await store(folderFiles(folder), 'b', 'two');
    await expect.poll(() => entries(folder).map((path) => basename(path))).toEqual([ID, `${ID}.json`]);
    expect(await textOf(files, 'b')).toBe('two');
  });

  it('removes expired files of owners that never return', async () => {
    const folder = join(root, 'expired');
    await store(folderFiles(folder), 'a', 'one', Date.now() - 600_000);
    expect(entries(folder)).toHaveLength(2);
    await store(folderFiles(folder), 'b', 'two');
    await expect.poll(() => entries(folder)).toHaveLength(2);
    expect(await folderFiles(folder).list('a')).toEqual([]);
  });

  it('refuses an id that is a path', async () => {
    const files = folderFiles(join(root, 'ids'));
    await expect(files.get('a', '../file-1')).rejects.toMatchObject({ kind: 'invalid-request' });
  });
});
